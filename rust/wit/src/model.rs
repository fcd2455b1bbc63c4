//! What the emitters need to know of a world: its imported interfaces in order, and facts about types.
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use wit_parser::{
    Function, FunctionKind, Handle, InterfaceId, Resolve, Type, TypeDefKind, TypeId, TypeOwner, WorldItem,
};

use crate::names;

/// Which way a value travels. Parameters are views of guest memory, results own their bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    Param,
    Result,
}

/// An imported interface.
pub struct Interface {
    pub id: InterfaceId,
    /// The name that components import, such as `cloister:ml/ops@0.1.0`.
    pub import_name: String,
    /// C++ namespace of the package, such as `wasi_cli`.
    pub package: String,
    /// C++ namespace of the interface, such as `stdout`.
    pub name: String,
    /// Its functions trap and need no host.
    pub denied: bool,
}

impl Interface {
    /// `ml_ops`: the Rust module and the end of the C symbol.
    pub fn symbol(&self) -> String {
        format!("{}_{}", self.package, self.name)
    }

    /// `cloister/bindings/ml/ops`, without an extension.
    pub fn path(&self) -> String {
        format!("cloister/bindings/{}/{}", self.package, self.name)
    }

    /// `cloister::bindings::ml::ops`.
    pub fn namespace(&self) -> String {
        format!("cloister::bindings::{}::{}", self.package, self.name)
    }
}

/// A world's imports with every name resolved.
pub struct Model {
    pub resolve: Resolve,
    /// In dependency order: an interface comes after those whose types it uses.
    pub interfaces: Vec<Interface>,
    /// Files that were read, for rebuild rules.
    pub files: Vec<PathBuf>,
    by_id: HashMap<InterfaceId, usize>,
    used: HashSet<(TypeId, Direction)>,
}

impl Model {
    /// Reads the package in `folder` and the imports of `world`; `denied` names interfaces without version.
    pub fn load(folder: &Path, world: &str, denied: &[String]) -> Result<Model> {
        let mut resolve = Resolve::default();
        let (package, sources) = resolve
            .push_path(folder)
            .with_context(|| format!("cannot read the WIT package in {}", folder.display()))?;
        let files = sources.paths().map(Path::to_path_buf).collect();
        let world_id = resolve.select_world(&[package], Some(world))?;
        let mut interfaces = Vec::new();
        let mut unknown: BTreeSet<&str> = denied.iter().map(String::as_str).collect();
        for (key, item) in &resolve.worlds[world_id].imports {
            let WorldItem::Interface { id, .. } = item else {
                bail!(
                    "world {world} imports `{}` directly; put functions and types into an interface",
                    resolve.name_world_key(key)
                );
            };
            let package = resolve.interfaces[*id].package.context("an interface outside any package")?;
            let name = resolve.interfaces[*id]
                .name
                .clone()
                .with_context(|| format!("world {world} imports an interface without a name"))?;
            let package_name = &resolve.packages[package].name;
            let short = format!("{}:{}/{name}", package_name.namespace, package_name.name);
            interfaces.push(Interface {
                id: *id,
                import_name: resolve.name_world_key(key),
                package: names::package(&package_name.namespace, &package_name.name),
                name: names::cpp_snake(&name),
                denied: denied.contains(&short),
            });
            unknown.remove(short.as_str());
        }
        if let Some(name) = unknown.first() {
            bail!("interface `{name}` is to be denied, but world {world} does not import it");
        }
        let by_id = interfaces.iter().enumerate().map(|(index, interface)| (interface.id, index)).collect();
        let mut model = Model { resolve, interfaces, files, by_id, used: HashSet::new() };
        model.check_names()?;
        model.mark_used()?;
        Ok(model)
    }

    /// Functions of an interface, in the order of the WIT.
    pub fn functions(&self, interface: &Interface) -> impl Iterator<Item = &Function> {
        self.resolve.interfaces[interface.id].functions.values()
    }

    /// Types that the interface names, its own and those it uses.
    pub fn types(&self, interface: &Interface) -> impl Iterator<Item = (&String, TypeId)> {
        self.resolve.interfaces[interface.id].types.iter().map(|(name, id)| (name, *id))
    }

    /// Names of the resources that the interface defines.
    pub fn resources(&self, interface: &Interface) -> impl Iterator<Item = &str> {
        self.types(interface)
            .filter(|(_, id)| matches!(self.resolve.types[*id].kind, TypeDefKind::Resource))
            .map(|(name, _)| name.as_str())
    }

    /// The definition behind `use` and `type` aliases that name a type; none where an alias names a primitive.
    pub fn definition(&self, mut id: TypeId) -> TypeId {
        while let TypeDefKind::Type(Type::Id(next)) = self.resolve.types[id].kind {
            id = next;
        }
        id
    }

    /// The interface that a named type belongs to.
    pub fn owner(&self, id: TypeId) -> Result<&Interface> {
        match self.resolve.types[id].owner {
            TypeOwner::Interface(interface) => self
                .by_id
                .get(&interface)
                .map(|index| &self.interfaces[*index])
                .context("a type of an interface that the world does not import"),
            _ => bail!("a type outside any interface"),
        }
    }

    /// Whether any function of a granted interface passes the type this way.
    pub fn is_used(&self, id: TypeId, direction: Direction) -> bool {
        self.used.contains(&(id, direction))
    }

    /// Whether the two directions need different types, because the value holds strings or lists.
    pub fn has_list(&self, ty: &Type) -> bool {
        self.any(ty, &|leaf| match leaf {
            Type::String => true,
            Type::Id(id) => matches!(self.resolve.types[*id].kind, TypeDefKind::List(_)),
            _ => false,
        })
    }

    /// Whether the value holds an owned handle, which moves.
    pub fn has_own(&self, ty: &Type) -> bool {
        self.any(ty, &|leaf| matches!(leaf, Type::Id(id) if matches!(self.resolve.types[*id].kind, TypeDefKind::Handle(Handle::Own(_)))))
    }

    fn any(&self, ty: &Type, test: &dyn Fn(&Type) -> bool) -> bool {
        test(ty) || self.children(ty).iter().any(|child| self.any(child, test))
    }

    /// The types directly inside a type. WIT has no recursive types.
    pub fn children(&self, ty: &Type) -> Vec<Type> {
        let Type::Id(id) = ty else { return Vec::new() };
        match &self.resolve.types[*id].kind {
            TypeDefKind::Record(record) => record.fields.iter().map(|field| field.ty).collect(),
            TypeDefKind::Tuple(tuple) => tuple.types.clone(),
            TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty).collect(),
            TypeDefKind::Option(ty) | TypeDefKind::List(ty) | TypeDefKind::Type(ty) => vec![*ty],
            TypeDefKind::Result(result) => result.ok.into_iter().chain(result.err).collect(),
            _ => Vec::new(),
        }
    }

    /// Everything below `ty`, itself included, checked for kinds that cannot cross yet.
    fn walk(&self, ty: &Type, direction: Direction, used: &mut HashSet<(TypeId, Direction)>) -> Result<()> {
        if let Type::Id(id) = ty {
            let kind = &self.resolve.types[*id].kind;
            if let TypeDefKind::Map(..)
            | TypeDefKind::FixedLengthList(..)
            | TypeDefKind::Future(_)
            | TypeDefKind::Stream(_) = kind
            {
                bail!("WIT type `{}` is not supported", kind.as_str());
            }
            used.insert((*id, direction));
        }
        if matches!(ty, Type::ErrorContext) {
            bail!("WIT type `error-context` is not supported");
        }
        self.children(ty).iter().try_for_each(|child| self.walk(child, direction, used))
    }

    fn mark_used(&mut self) -> Result<()> {
        let mut used = HashSet::new();
        for interface in self.interfaces.iter().filter(|interface| !interface.denied) {
            for function in self.functions(interface) {
                let context = || format!("in {}.{}", interface.import_name, function.name);
                if !matches!(
                    function.kind,
                    FunctionKind::Freestanding
                        | FunctionKind::Method(_)
                        | FunctionKind::Static(_)
                        | FunctionKind::Constructor(_)
                ) {
                    bail!("{} is neither a plain function, method, static nor constructor", context());
                }
                for param in &function.params {
                    self.walk(&param.ty, Direction::Param, &mut used).with_context(context)?;
                }
                if let Some(result) = &function.result {
                    self.walk(result, Direction::Result, &mut used).with_context(context)?;
                }
            }
        }
        self.used = used;
        Ok(())
    }

    /// Two WIT names must not become one C++ name.
    fn check_names(&self) -> Result<()> {
        let mut namespaces = HashSet::new();
        for interface in &self.interfaces {
            if !namespaces.insert(interface.symbol()) {
                bail!("two interfaces would share the namespace {}", interface.namespace());
            }
            let drops = self.resources(interface).map(|name| format!("drop_{}", names::snake(name)));
            let mut methods: HashSet<String> = drops.collect();
            for function in self.functions(interface) {
                if !methods.insert(method_name(function)) {
                    bail!("{} has two functions that would be named {}", interface.import_name, method_name(function));
                }
            }
        }
        Ok(())
    }
}

/// `[method]tensor.shape` -> `tensor_shape`, `[constructor]tensor` -> `tensor_new`, `add` -> `add`.
pub fn method_name(function: &Function) -> String {
    let plain = function.name.rsplit(']').next().unwrap_or(&function.name);
    match function.kind {
        FunctionKind::Constructor(_) => format!("{}_new", names::snake(plain)),
        FunctionKind::Freestanding => names::cpp_snake(plain),
        _ => names::snake(&plain.replace('.', "-")),
    }
}
