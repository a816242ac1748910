// SPDX-License-Identifier: Apache-2.0
#include "cli/launch.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace gordian {

namespace fs = std::filesystem;

namespace {

fs::path find_in_path(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  const char* path = std::getenv("PATH");
  std::istringstream directories(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string directory; std::getline(directories, directory, ':');) {
    fs::path candidate = fs::path(directory.empty() ? "." : directory) / program;
    if (access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate)) return candidate;
  }
  throw std::runtime_error(fmt::format("cannot run {}: it is not in PATH", program));
}

template <typename Visit>
void for_each_segment(std::ifstream& file, const Elf64_Ehdr& header, Visit visit) {
  for (int i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    file.clear();
    file.seekg(static_cast<std::streamoff>(header.e_phoff) + i * header.e_phentsize);
    if (file.read(reinterpret_cast<char*>(&segment), sizeof segment)) visit(segment);
  }
}

bool is_dynamic(std::ifstream& file, const Elf64_Ehdr& header) {
  bool found = false;
  for_each_segment(file, header, [&](const Elf64_Phdr& segment) { found |= segment.p_type == PT_INTERP; });
  return found;
}

// Go's linker leaves a note of this name, also in what is stripped.
bool is_go(std::ifstream& file, const Elf64_Ehdr& header) {
  constexpr uint64_t kMostNotes = 64 << 10;  // bytes
  bool found = false;
  for_each_segment(file, header, [&](const Elf64_Phdr& segment) {
    if (segment.p_type != PT_NOTE) return;
    std::vector<char> notes(std::min(segment.p_filesz, kMostNotes));
    file.seekg(static_cast<std::streamoff>(segment.p_offset));
    if (!file.read(notes.data(), static_cast<std::streamsize>(notes.size()))) return;
    Elf64_Nhdr note{};
    for (size_t at = 0; at + sizeof note + 4 <= notes.size();) {
      std::memcpy(&note, &notes[at], sizeof note);
      at += sizeof note;
      found |= note.n_namesz == 4 && std::memcmp(&notes[at], "Go\0", 4) == 0;
      const auto padded = [](uint32_t size) { return (size_t{size} + 3) & ~size_t{3}; };
      at += padded(note.n_namesz) + padded(note.n_descsz);
    }
  });
  return found;
}

// The signals that somebody sends to gordian but means for the program. Those from the keyboard reach it
// anyway.
constexpr std::array kForwarded = {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM};
volatile pid_t child_process = 0;

void forward(int signal) {
  if (child_process > 0) kill(child_process, signal);
}

std::string joined(const char* variable, const std::string& value, char separator, bool ours_first) {
  const char* existing = std::getenv(variable);
  if (existing == nullptr || *existing == 0) return value;
  return ours_first ? value + separator + existing : std::string(existing) + separator + value;
}

[[noreturn]] void become(const std::vector<std::string>& command, const fs::path& hook,
                         const fs::path& trace_dir, int error_pipe) {
  // Ours first, so that the program's own preloads stand behind our wrappers; our options last, so that they
  // win.
  setenv("LD_PRELOAD", joined("LD_PRELOAD", hook.string(), ':', true).c_str(), 1);
  setenv(
      "GORDIAN_OPTIONS",
      joined("GORDIAN_OPTIONS", fmt::format("trace-dir={}:report=0", trace_dir.string()), ':', false).c_str(),
      1);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(error_pipe, &error, sizeof error);
  _exit(127);
}

// An old kernel has no descriptors for processes: then there are no ticks.
void wait_for_end(pid_t child, int& status, const std::function<void()>& tick) {
  pollfd ended{static_cast<int>(syscall(SYS_pidfd_open, child, 0)), POLLIN, 0};
  while (ended.fd >= 0 && poll(&ended, 1, kTickMs) <= 0) tick();
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (ended.fd >= 0) close(ended.fd);
}

}  // namespace

fs::path find_hook() {
  const fs::path self = fs::read_symlink("/proc/self/exe");
  const fs::path hook =
      (self.parent_path().parent_path() / "lib" / "gordian" / "libgordian.so").lexically_normal();
  if (!fs::exists(hook)) {
    throw std::runtime_error(
        fmt::format("{} is missing; bin/gordian and lib/gordian/ belong together", hook.string()));
  }
  // The loader splits LD_PRELOAD at both.
  if (hook.string().find_first_of(": ") != std::string::npos) {
    throw std::runtime_error(fmt::format(
        "{} cannot be preloaded: its path has a space or a colon; install gordian elsewhere", hook.string()));
  }
  return hook;
}

std::string obstacle(const std::string& program) {
  const fs::path path = find_in_path(program);
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    throw std::runtime_error(fmt::format("cannot run {}: {}", program, std::strerror(errno)));
  }
  if (S_ISDIR(status.st_mode))
    throw std::runtime_error(fmt::format("cannot run {}: it is a directory", program));
  if (access(path.c_str(), X_OK) != 0) {
    throw std::runtime_error(fmt::format("cannot run {}: it is not executable", program));
  }
  const bool other_user = (status.st_mode & S_ISUID) != 0 && status.st_uid != geteuid();
  const bool other_group = (status.st_mode & S_ISGID) != 0 && status.st_gid != getegid();
  if (other_user || other_group) {
    return fmt::format("{} runs as another user (setuid), so the loader drops the shim: run it as that user",
                       program);
  }
  std::ifstream file(path, std::ios::binary);
  Elf64_Ehdr header{};
  if (!file.read(reinterpret_cast<char*>(&header), sizeof header) ||
      std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return "";  // a script: its interpreter is what runs
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64) {
    return fmt::format("{} is not an x86-64 program, so the shim cannot be loaded into it", program);
  }
  if (is_go(file, header)) {
    return fmt::format(
        "{} is a Go program, whose own locks do not go through libc: at most those of C code in it are "
        "watched",
        program);
  }
  if (!is_dynamic(file, header)) {
    return fmt::format("{} is statically linked, so the shim cannot be loaded into it: link it dynamically",
                       program);
  }
  return "";
}

Exit launch(const std::vector<std::string>& command, const fs::path& hook, const fs::path& trace_dir,
            const std::function<void()>& tick) {
  std::array<int, 2> error_pipe{};
  if (pipe2(error_pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  struct sigaction pass_on {};
  pass_on.sa_handler = forward;
  pass_on.sa_flags = SA_RESTART;
  struct sigaction old_interrupt {};
  struct sigaction old_quit {};

  const pid_t child = fork();
  if (child < 0) throw std::runtime_error(fmt::format("cannot start a process: {}", std::strerror(errno)));
  if (child == 0) become(command, hook, trace_dir, error_pipe[1]);
  child_process = child;
  // A Ctrl-C goes to the whole terminal group: the program decides what it means, we stay to report.
  sigaction(SIGINT, &ignore, &old_interrupt);
  sigaction(SIGQUIT, &ignore, &old_quit);
  for (const int signal : kForwarded) sigaction(signal, &pass_on, nullptr);

  close(error_pipe[1]);
  int error = 0;
  const bool failed = read(error_pipe[0], &error, sizeof error) == static_cast<ssize_t>(sizeof error);
  close(error_pipe[0]);
  int status = 0;
  wait_for_end(child, status, tick);
  child_process = 0;
  sigaction(SIGINT, &old_interrupt, nullptr);
  sigaction(SIGQUIT, &old_quit, nullptr);
  if (failed) throw std::runtime_error(fmt::format("cannot run {}: {}", command[0], std::strerror(error)));
  if (WIFSIGNALED(status)) return {128 + WTERMSIG(status), WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

}  // namespace gordian
