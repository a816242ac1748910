// SPDX-License-Identifier: Apache-2.0
#include "core/symbolize/symbolizer.h"

#include <map>
#include <unordered_map>
#include <utility>

#include "core/symbolize/code_index.h"
#include "core/symbolize/data_index.h"
#include "core/symbolize/elf_image.h"

namespace gordian {
namespace {

// All that is known of one ELF file. Processes of one program share it.
struct Image {
  Image(const std::string& path, const std::vector<uint8_t>& build_id) : elf(path, build_id) {}
  ElfImage elf;
  std::optional<CodeIndex> code;  // both are read when first needed
  std::optional<DataIndex> data;
  std::unordered_map<uint64_t, std::vector<Frame>> frames;  // by ELF virtual address
};

}  // namespace

class SymbolFiles::Impl {
 public:
  Image& image(const Module& module) {
    auto& entry = images_[{module.path, module.build_id}];
    if (!entry) {
      entry = std::make_unique<Image>(module.path, module.build_id);
      if (!entry->elf.problem().empty()) warnings_.push_back(entry->elf.problem());
    }
    return *entry;
  }

  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::map<std::pair<std::string, std::vector<uint8_t>>, std::unique_ptr<Image>> images_;
  std::vector<std::string> warnings_;
};

SymbolFiles::SymbolFiles() : impl_(std::make_unique<Impl>()) {}
SymbolFiles::~SymbolFiles() = default;

class Symbolizer::Impl {
 public:
  Impl(const Program& program, std::unique_ptr<SymbolFiles> own, SymbolFiles& files)
      : program_(program), own_(std::move(own)), files_(files.impl()) {}

  const std::vector<Frame>& frames(StackId id) {
    static const std::vector<Frame> kNone;
    if (id == kNoStack) return kNone;
    const auto [cached, is_new] = stacks_.try_emplace(index(id));
    if (is_new) {
      const Stack& stack = program_.stacks[id];
      for (const uint64_t address : stack.return_addresses) {
        if (const ScriptFrame* frame = script_frame(stack.process, address)) {
          cached->second.push_back({.function = frame->function,
                                    .file = frame->file,
                                    .line = frame->line,
                                    .module = {},
                                    .script = true});
          continue;
        }
        // One byte back lies in the call; the return address itself may belong to the next line or function.
        append_frames(stack.process, address - 1, stack.seen, cached->second);
      }
    }
    return cached->second;
  }

  std::optional<Frame> code(ProcessId process, uint64_t address, uint64_t seen) {
    const Module* module = module_at(program_.processes[process], address, seen);
    if (module == nullptr) return std::nullopt;
    return frames_at(files_.image(*module), address - module->load_bias).back();
  }

  std::optional<DataSymbol> data(ProcessId process, uint64_t address, uint64_t seen) {
    const Module* module = module_at(program_.processes[process], address, seen);
    if (module == nullptr) return std::nullopt;
    Image& file = files_.image(*module);
    if (!file.data) file.data.emplace(file.elf);
    return file.data->at(address - module->load_bias);
  }

  const std::vector<std::string>& warnings() const { return files_.warnings(); }

 private:
  const ScriptFrame* script_frame(ProcessId process, uint64_t address) const {
    const auto& frames = program_.processes[process].script_frames;
    const auto found = frames.find(address);
    return found != frames.end() ? &found->second : nullptr;
  }

  static const std::vector<Frame>& frames_at(Image& image, uint64_t virtual_address) {
    const auto [cached, is_new] = image.frames.try_emplace(virtual_address);
    if (is_new) {
      if (!image.code) image.code.emplace(image.elf);
      cached->second = image.code->at(virtual_address);
    }
    return cached->second;
  }

  void append_frames(ProcessId process, uint64_t address, uint64_t seen, std::vector<Frame>& frames) {
    const Module* module = module_at(program_.processes[process], address, seen);
    if (module == nullptr) {
      Frame unknown;
      unknown.offset = address;
      frames.push_back(std::move(unknown));
      return;
    }
    const std::vector<Frame>& more = frames_at(files_.image(*module), address - module->load_bias);
    frames.insert(frames.end(), more.begin(), more.end());
  }

  const Program& program_;
  const std::unique_ptr<SymbolFiles> own_;  // null: they are somebody else's
  SymbolFiles::Impl& files_;
  std::unordered_map<size_t, std::vector<Frame>> stacks_;
};

Symbolizer::Symbolizer(const Program& program) {
  auto own = std::make_unique<SymbolFiles>();
  SymbolFiles& files = *own;
  impl_ = std::make_unique<Impl>(program, std::move(own), files);
}
Symbolizer::Symbolizer(const Program& program, SymbolFiles& files)
    : impl_(std::make_unique<Impl>(program, nullptr, files)) {}
Symbolizer::~Symbolizer() = default;

const std::vector<Frame>& Symbolizer::frames(StackId stack) {
  return impl_->frames(stack);
}

std::optional<Frame> Symbolizer::code(ProcessId process, uint64_t address, uint64_t seen) {
  return impl_->code(process, address, seen);
}

std::optional<DataSymbol> Symbolizer::data(ProcessId process, uint64_t address, uint64_t seen) {
  return impl_->data(process, address, seen);
}

const std::vector<std::string>& Symbolizer::warnings() const {
  return impl_->warnings();
}

}  // namespace gordian
