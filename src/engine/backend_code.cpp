#include "cloister/engine/backend_code.h"

#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

#include "cloister/base/file.h"

namespace cloister::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLibraryName = "libcloister_torch.so";
constexpr std::size_t kMostHeaders = 256, kMostEntries = 4096, kLongestText = 4096;

// What a shared object says of where others are found.
struct Links {
  std::vector<std::string> needed;
  std::string folders;  // divided by colons
};

template <class T>
Result<std::vector<T>> read_array(const File& file, std::uint64_t offset, std::size_t count) {
  std::vector<T> values(count);
  CLOISTER_CHECK(file.read(offset, std::as_writable_bytes(std::span(values))));
  return values;
}

Result<std::string> text_at(const File& file, std::uint64_t offset) {
  std::string text(offset < file.size() ? std::min<std::uint64_t>(kLongestText, file.size() - offset) : 0, '\0');
  CLOISTER_CHECK(file.read(offset, std::as_writable_bytes(std::span(text))));
  text.resize(std::min(text.find('\0'), text.size()));
  return text;
}

// System V ABI, "Object Files" and "Dynamic Linking". The file is the operator's own; it is read as carefully as
// others.
Result<Links> links_of(const fs::path& library) {
  CLOISTER_TRY(const File file, File::open(library.string()));
  CLOISTER_TRY(const auto headers, read_array<Elf64_Ehdr>(file, 0, 1));
  const Elf64_Ehdr& header = headers.front();
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64) {
    return fail(ErrorCode::bad_data, fmt::format("'{}' is no library of this machine", library.string()));
  }
  std::vector<Elf64_Phdr> loaded;
  Elf64_Phdr dynamic{};
  CLOISTER_TRY(const auto segments,
               read_array<Elf64_Phdr>(file, header.e_phoff, std::min<std::size_t>(header.e_phnum, kMostHeaders)));
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type == PT_LOAD) loaded.push_back(segment);
    if (segment.p_type == PT_DYNAMIC) dynamic = segment;
  }
  std::uint64_t texts = 0, folders = 0;
  std::vector<std::uint64_t> needed;
  CLOISTER_TRY(const auto entries,
               read_array<Elf64_Dyn>(file, dynamic.p_offset,
                                     std::min<std::size_t>(dynamic.p_filesz / sizeof(Elf64_Dyn), kMostEntries)));
  for (const Elf64_Dyn& entry : entries) {
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_STRTAB) texts = entry.d_un.d_ptr;
    if (entry.d_tag == DT_NEEDED) needed.push_back(entry.d_un.d_val);
    if (entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH) folders = entry.d_un.d_val;
  }
  const auto segment = std::find_if(loaded.begin(), loaded.end(), [texts](const Elf64_Phdr& one) {
    return one.p_vaddr <= texts && texts - one.p_vaddr < one.p_filesz;
  });
  if (segment == loaded.end()) return Links{};
  const std::uint64_t base = segment->p_offset + (texts - segment->p_vaddr);
  Links links;
  if (folders != 0) {
    CLOISTER_TRY(links.folders, text_at(file, base + folders));
  }
  for (const std::uint64_t name : needed) {
    CLOISTER_TRY(std::string text, text_at(file, base + name));
    links.needed.push_back(std::move(text));
  }
  return links;
}

// Folders in the order in which they were met.
class Search {
 public:
  void add(const fs::path& folder) {
    std::error_code error;
    fs::path whole = fs::weakly_canonical(fs::absolute(folder, error), error);
    if (!error && std::find(folders_.begin(), folders_.end(), whole) == folders_.end()) folders_.push_back(whole);
  }

  void add_list(std::string_view list, const fs::path& origin) {
    for (;;) {
      const std::size_t colon = list.find(':');
      std::string folder(list.substr(0, colon));
      for (const std::string_view variable : {"$ORIGIN", "${ORIGIN}"}) {
        if (const auto at = folder.find(variable); at != std::string::npos) {
          folder.replace(at, variable.size(), origin.native());
        }
      }
      if (!folder.empty()) add(folder);
      if (colon == std::string_view::npos) return;
      list.remove_prefix(colon + 1);
    }
  }

  void follow(const fs::path& library) {
    if (!followed_.insert(library).second) return;
    const auto links = links_of(library);
    if (!links) return;
    add_list(links->folders, library.parent_path());
    for (const std::string& name : links->needed) {
      // By number: following one adds folders.
      for (std::size_t i = 0; i < folders_.size(); ++i) {
        std::error_code error;
        const fs::path needed = folders_[i] / name;
        if (!fs::exists(needed, error)) continue;
        follow(needed);
        break;
      }
    }
  }

  std::vector<fs::path> take() { return std::move(folders_); }

 private:
  std::vector<fs::path> folders_;
  std::set<fs::path> followed_;
};

// Who could do harm without what is looked at here.
std::array<uid_t, 4> trusted_owners() {
  const auto owner = [](const char* path) {
    struct stat status{};
    return ::stat(path, &status) == 0 ? status.st_uid : 0;
  };
  return {0, ::geteuid(), owner("/"), owner("/proc/self/exe")};
}

Result<void> check_place(const fs::path& path, const std::array<uid_t, 4>& trusted) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  const bool is_owned = std::find(trusted.begin(), trusted.end(), status.st_uid) != trusted.end();
  // A group of the superuser's or of the user's own number holds nobody else; in a sticky folder nobody replaces what
  // is another's.
  const bool own_group = status.st_gid == 0 || status.st_gid == ::geteuid();
  const bool is_sticky = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0;
  const bool is_open = (status.st_mode & S_IWOTH) != 0 || ((status.st_mode & S_IWGRP) != 0 && !own_group);
  if (is_owned && (!is_open || is_sticky)) return {};
  return fail(ErrorCode::unsupported,
              fmt::format("code would be loaded through '{}', which {}; {}, or install Cloister elsewhere",
                          path.string(), is_owned ? "others can write to" : "belongs to another user",
                          is_owned ? "close it to them with chmod go-w" : "make it yours with chown"));
}

}  // namespace

fs::path torch_backend_library() {
  std::error_code error;
  // Built and installed alike: bin/cloister, lib/libcloister_torch.so.
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  return program.parent_path().parent_path() / "lib" / kLibraryName;
}

std::vector<fs::path> backend_code_folders(const fs::path& library) {
  Search search;
  if (const char* list = std::getenv("LD_LIBRARY_PATH"); list != nullptr) search.add_list(list, {});
  search.add(library.parent_path());
  search.follow(library);
  return search.take();
}

Result<void> check_nobody_else_writes(const std::vector<fs::path>& folders) {
  const auto trusted = trusted_owners();
  std::set<fs::path> checked;
  for (const fs::path& folder : folders) {
    for (fs::path above = folder;; above = above.parent_path()) {
      if (!checked.insert(above).second) break;
      CLOISTER_CHECK(check_place(above, trusted));
      if (above == above.parent_path()) break;
    }
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
      if (entry->path().filename().native().find(".so") == std::string::npos) continue;
      CLOISTER_CHECK(check_place(entry->path(), trusted));
    }
  }
  return {};
}

}  // namespace cloister::engine
