//! What a component imports and exports, as JSON.

use std::fmt::Write;

use wasmtime::Engine;
use wasmtime::component::Type;
use wasmtime::component::types::{ComponentExtern, ComponentFunc, ComponentItem};
use wasmtime_c_api::{wasm_byte_vec_t, wasmtime_component_t};

use crate::instance::component;
use crate::shim::{CError, shield_c};

/// Writes `{"imports":[ITEM..],"exports":[ITEM..]}` to `json`, which the caller owns. An ITEM is
/// `{"name":"cloister:ml/ops@0.1.0","kind":"instance","items":[ITEM..]}` or
/// `{"name":"add","kind":"function","type":"func(self: borrow, ..) -> result<own, ..>"}`; other kinds are `type`, `resource`,
/// `component`, `module` and `core-function`.
#[unsafe(no_mangle)]
pub extern "C" fn cloister_component_describe(
    c_component: &wasmtime_component_t,
    json: &mut wasm_byte_vec_t,
) -> CError {
    shield_c("the description of a component", || {
        let component = component(c_component);
        let (ty, engine) = (component.component_type(), component.engine());
        let mut out = String::from("{\"imports\":");
        items(&mut out, engine, ty.imports(engine));
        out.push_str(",\"exports\":");
        items(&mut out, engine, ty.exports(engine));
        out.push('}');
        json.set_buffer(out.into_bytes());
        Ok(())
    })
}

fn items<'a>(out: &mut String, engine: &Engine, entries: impl Iterator<Item = (&'a str, ComponentExtern<'a>)>) {
    out.push('[');
    for (index, (name, entry)) in entries.enumerate() {
        out.push_str(if index == 0 { "{\"name\":" } else { ",{\"name\":" });
        string(out, name);
        out.push_str(",\"kind\":");
        match &entry.ty {
            ComponentItem::ComponentFunc(function) => {
                out.push_str("\"function\",\"type\":");
                string(out, &signature(function));
            }
            ComponentItem::ComponentInstance(instance) => {
                out.push_str("\"instance\",\"items\":");
                items(out, engine, instance.exports(engine));
            }
            ComponentItem::Resource(_) => out.push_str("\"resource\""),
            ComponentItem::Type(_) => out.push_str("\"type\""),
            ComponentItem::Component(_) => out.push_str("\"component\""),
            ComponentItem::Module(_) => out.push_str("\"module\""),
            ComponentItem::CoreFunc(_) => out.push_str("\"core-function\""),
        }
        out.push('}');
    }
    out.push(']');
}

/// Appends a JSON string.
fn string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\0'..'\x20' => drop(write!(out, "\\u{:04x}", u32::from(character))),
            _ => out.push(character),
        }
    }
    out.push('"');
}

fn signature(function: &ComponentFunc) -> String {
    let params: Vec<String> = function.params().map(|(name, ty)| format!("{name}: {}", type_name(&ty))).collect();
    let results: Vec<String> = function.results().map(|ty| type_name(&ty)).collect();
    let arrow = if results.is_empty() { "" } else { " -> " };
    format!("func({}){arrow}{}", params.join(", "), results.join(", "))
}

/// The type in WIT's notation. Named types have no names in a component's own type, so records and variants are spelled out.
fn type_name(ty: &Type) -> String {
    let optional = |ty: Option<Type>| ty.as_ref().map_or("_".to_owned(), type_name);
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::S8 => "s8".to_owned(),
        Type::U8 => "u8".to_owned(),
        Type::S16 => "s16".to_owned(),
        Type::U16 => "u16".to_owned(),
        Type::S32 => "s32".to_owned(),
        Type::U32 => "u32".to_owned(),
        Type::S64 => "s64".to_owned(),
        Type::U64 => "u64".to_owned(),
        Type::Float32 => "f32".to_owned(),
        Type::Float64 => "f64".to_owned(),
        Type::Char => "char".to_owned(),
        Type::String => "string".to_owned(),
        Type::Own(_) => "own".to_owned(),
        Type::Borrow(_) => "borrow".to_owned(),
        Type::List(list) => format!("list<{}>", type_name(&list.ty())),
        Type::FixedLengthList(list) => format!("fixed-length list<{}>", type_name(&list.ty())),
        Type::Option(option) => format!("option<{}>", type_name(&option.ty())),
        Type::Result(result) => format!("result<{}, {}>", optional(result.ok()), optional(result.err())),
        Type::Tuple(tuple) => {
            format!("tuple<{}>", tuple.types().map(|ty| type_name(&ty)).collect::<Vec<_>>().join(", "))
        }
        Type::Record(record) => {
            let fields: Vec<String> =
                record.fields().map(|field| format!("{}: {}", field.name, type_name(&field.ty))).collect();
            format!("record {{ {} }}", fields.join(", "))
        }
        Type::Variant(variant) => {
            let case =
                |name: &str, ty: Option<Type>| ty.map_or(name.to_owned(), |ty| format!("{name}({})", type_name(&ty)));
            let cases: Vec<String> = variant.cases().map(|each| case(each.name, each.ty)).collect();
            format!("variant {{ {} }}", cases.join(", "))
        }
        Type::Enum(cases) => format!("enum {{ {} }}", cases.names().collect::<Vec<_>>().join(", ")),
        Type::Flags(flags) => format!("flags {{ {} }}", flags.names().collect::<Vec<_>>().join(", ")),
        Type::Map(_) => "map".to_owned(),
        Type::Future(_) => "future".to_owned(),
        Type::Stream(_) => "stream".to_owned(),
        Type::ErrorContext => "error-context".to_owned(),
    }
}
