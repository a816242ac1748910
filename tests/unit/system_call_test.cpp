// SPDX-License-Identifier: Apache-2.0
//
// System calls of this very process, as the kernel would say that a thread is in them.
#include "core/live/system_call.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <initializer_list>
#include <string>

namespace gordian {
namespace {

SystemCall in_call(long number, int descriptor = 0) {
  SystemCall call;
  call.state = SystemCall::State::in_call;
  call.number = number;
  call.arguments[0] = static_cast<uint64_t>(descriptor);
  return call;
}
std::string words(const SystemCall& call) {
  return in_words(call, static_cast<uint32_t>(getpid()));
}
bool survives(const SystemCall& call) {
  return survives_stop(call, static_cast<uint32_t>(getpid()));
}
std::string link_of(int descriptor) {
  return std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", descriptor)).string();
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) { EXPECT_GE(number, 0); }
  ~Descriptor() { close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int operator*() const { return number_; }

 private:
  int number_;
};

int file() {
  return open("/dev/null", O_RDWR | O_CLOEXEC);
}

// A TCP server on loopback and one that is connected to it, over either version of IP.
class Connection {
 public:
  explicit Connection(int family)
      : listener(socket(family, SOCK_STREAM, 0)), client(socket(family, SOCK_STREAM, 0)) {
    sockaddr_in6 address{};
    socklen_t size = sizeof address;
    if (family == AF_INET6) {
      address.sin6_addr = in6addr_loopback;
    } else {
      size = sizeof(sockaddr_in);
      reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    address.sin6_family = static_cast<sa_family_t>(family);
    auto& generic = reinterpret_cast<sockaddr&>(address);
    works = bind(*listener, &generic, size) == 0 && listen(*listener, 1) == 0 &&
            getsockname(*listener, &generic, &size) == 0 && connect(*client, &generic, size) == 0;
    port = ntohs(address.sin6_port);  // in the same place in both versions
  }

  Descriptor listener;
  Descriptor client;
  bool works = false;
  uint16_t port = 0;
};

TEST(SystemCall, InWordsOfWhatHasNoDescriptor) {
  EXPECT_EQ(words(in_call(SYS_futex)), "is in futex()");
  EXPECT_EQ(words(in_call(SYS_clock_nanosleep, 1)), "is in clock_nanosleep()");
  EXPECT_EQ(words(in_call(9999)), "is in system call 9999");
  EXPECT_EQ(words({}), "is doing what the kernel does not say");
  SystemCall running;
  running.state = SystemCall::State::running;
  EXPECT_EQ(words(running), "is running");
}

TEST(SystemCall, InWordsWithAFile) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(pipe(ends), 0);
  const Descriptor from(ends[0]);
  const Descriptor to(ends[1]);
  EXPECT_EQ(words(in_call(SYS_read, *from)), "is in read() on " + link_of(*from));
  EXPECT_TRUE(link_of(*from).starts_with("pipe:["));
  EXPECT_EQ(words(in_call(SYS_openat, *from)), "is in openat()");
  EXPECT_EQ(words(in_call(SYS_flock, 987654)), "is in flock() on descriptor 987654");
}

TEST(SystemCall, InWordsWithAConnection) {
  const Connection connection(AF_INET);
  ASSERT_TRUE(connection.works);
  EXPECT_EQ(words(in_call(SYS_recvfrom, *connection.client)),
            fmt::format("is in recv() to 127.0.0.1:{}", connection.port));
}

TEST(SystemCall, InWordsWithAConnectionOfTheNewerProtocol) {
  const Connection connection(AF_INET6);
  if (!connection.works) GTEST_SKIP() << "there is no IPv6 here";
  EXPECT_EQ(words(in_call(SYS_write, *connection.client)),
            fmt::format("is in write() to [::1]:{}", connection.port));
}

TEST(SystemCall, InWordsWithASocketThatNobodyIsConnectedTo) {
  const Connection connection(AF_INET);
  ASSERT_TRUE(connection.works);
  EXPECT_EQ(words(in_call(SYS_accept, *connection.listener)),
            fmt::format("is in accept() at 127.0.0.1:{}", connection.port));
  const Descriptor local(socket(AF_UNIX, SOCK_STREAM, 0));
  EXPECT_EQ(words(in_call(SYS_recvmsg, *local)), "is in recvmsg() on " + link_of(*local));
}

TEST(SystemCall, SurvivesAStopWhereItIsStartedAgain) {
  const Descriptor null(file());
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  for (const long number :
       std::initializer_list<long>{SYS_read, SYS_write, SYS_pread64, SYS_pwrite64, SYS_readv, SYS_writev}) {
    EXPECT_TRUE(survives(in_call(number, *null))) << number;
    EXPECT_FALSE(survives(in_call(number, *socket))) << number;
  }
  for (const long number :
       std::initializer_list<long>{SYS_fsync, SYS_fdatasync, SYS_flock, SYS_futex, SYS_nanosleep,
                                   SYS_clock_nanosleep, SYS_wait4, SYS_waitid, SYS_poll, SYS_pause})
    EXPECT_TRUE(survives(in_call(number, *socket))) << number;
}

// Each look stops the thread, which then goes on in this one.
TEST(SystemCall, OneThatGoesOnAfterAStopIsNamedByWhatItMayBe) {
  EXPECT_EQ(words(in_call(SYS_restart_syscall)), "is in nanosleep(), clock_nanosleep(), poll() or futex()");
  EXPECT_TRUE(survives(in_call(SYS_restart_syscall)));
}

TEST(SystemCall, DoesNotSurviveAStopThatTheProgramSees) {
  const Descriptor null(file());
  for (const long number : std::initializer_list<long>{
           SYS_openat, SYS_fcntl, SYS_connect, SYS_accept, SYS_accept4, SYS_sendto, SYS_recvfrom, SYS_sendmsg,
           SYS_recvmsg, SYS_select, SYS_pselect6, SYS_ppoll, SYS_epoll_wait, SYS_epoll_pwait, SYS_semop,
           SYS_semtimedop, 9999})
    EXPECT_FALSE(survives(in_call(number, *null))) << number;
}

TEST(SystemCall, SurvivesAStopOutsideOfOneButNotWhereItIsUnknown) {
  SystemCall call = in_call(SYS_semop);
  call.state = SystemCall::State::running;
  EXPECT_TRUE(survives(call));
  call = in_call(SYS_futex);
  call.state = SystemCall::State::unknown;
  EXPECT_FALSE(survives(call));
}

TEST(SystemCall, OfAThreadThatIsNotThereIsUnknown) {
  EXPECT_EQ(system_call(static_cast<uint32_t>(getpid()), 0).state, SystemCall::State::unknown);
}

}  // namespace
}  // namespace gordian
