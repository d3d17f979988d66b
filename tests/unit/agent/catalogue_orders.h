#ifndef DRILL_TESTS_UNIT_AGENT_CATALOGUE_ORDERS_H_
#define DRILL_TESTS_UNIT_AGENT_CATALOGUE_ORDERS_H_

#include <string>

#include "core/atomic/command_digest.h"
#include "tests/unit/agent/sandbox.h"

// One order of each kind that changes files or holds the processor, on the sandbox's own files.
namespace drill::agent {

inline constexpr char kUnit[] = "drill-test-sysupdate.service";
inline constexpr char kAccount[] = "hotro_ktv";
inline constexpr char kService[] = "mot-cua.service";

inline v1::ExecAtomic AtomicTest(const Sandbox& sandbox) {
  const std::string made = sandbox.Path("docs/made");
  v1::ExecAtomic atomic;
  atomic.set_guid("T1000-1");
  atomic.set_command("echo a > '" + made + "'; sleep 600 &");
  atomic.set_cleanup("rm -f '" + made + "'");
  return atomic;
}

// What the owner must allow, besides what every sandbox does.
inline void AllowCatalogue(Sandbox* sandbox) {
  sandbox->policy.add_units(kUnit);
  sandbox->policy.add_units(kService);
  sandbox->policy.add_users(kAccount);
  sandbox->policy.add_protect(sandbox->Path("docs"));
  sandbox->policy.add_commands()->set_sha256(CommandDigest(AtomicTest(*sandbox)));
  sandbox->policy.mutable_caps()->set_free_bytes_min(0);
  sandbox->policy.set_remove_log_lines(true);
}

inline v1::Order WebShell(const Sandbox& sandbox, const std::string& name = "img_cache.php") {
  v1::Action action;
  action.mutable_web_shell()->set_dir("@www");
  action.mutable_web_shell()->set_name(name);
  return sandbox.OrderFor(action, "shell");
}

inline v1::Order Eicar(const Sandbox& sandbox) {
  v1::Action action;
  action.mutable_malware_eicar()->set_dir("@docs");
  return sandbox.OrderFor(action, "eicar");
}

inline v1::Order BurnCpu(const Sandbox& sandbox, int cpu_permille = 50, int64_t seconds = 600) {
  v1::Action action;
  action.mutable_cpu_burn()->set_name(sandbox.decoy_name());
  action.mutable_cpu_burn()->set_cpu_permille(cpu_permille);
  action.mutable_cpu_burn()->mutable_lasts()->set_seconds(seconds);
  return sandbox.OrderFor(action, "cpu");
}

inline v1::Order FillDisk(const Sandbox& sandbox, int mebibytes = 1) {
  v1::Action action;
  action.mutable_disk_fill()->set_dir("@docs");
  action.mutable_disk_fill()->set_mebibytes(mebibytes);
  return sandbox.OrderFor(action, "disk");
}

inline constexpr char kConfig[] = "# cổng\nListen = 80\n  TLS = on\nuser=www\n";
inline std::string ConfigPath(const Sandbox& sandbox) { return sandbox.Path("www/app.conf"); }

inline v1::Order ChangeConfig(const Sandbox& sandbox) {
  v1::Action action;
  action.mutable_config_change()->set_file("@www/app.conf");
  action.mutable_config_change()->set_key("TLS");
  action.mutable_config_change()->set_value("off");
  return sandbox.OrderFor(action, "config");
}

inline v1::Order ClearLog(const Sandbox& sandbox) {
  v1::Action action;
  action.mutable_log_clear()->set_file("@log/auth.log");
  return sandbox.OrderFor(action, "clear");
}

inline v1::Order CorruptData(const Sandbox& sandbox, v1::DataKind kind, int rows = 20) {
  v1::Action action;
  action.mutable_data_corrupt()->set_dir("@docs");
  action.mutable_data_corrupt()->set_kind(kind);
  action.mutable_data_corrupt()->set_rows(rows);
  return sandbox.OrderFor(action, "data");
}

inline v1::Order AddCron(const Sandbox& sandbox) {
  v1::Action action;
  action.mutable_persistence_cron()->set_file("@docs/sysupdate");
  return sandbox.OrderFor(action, "cron");
}

inline v1::Order MakeAccount(const Sandbox& sandbox) {
  v1::Action action;
  action.mutable_account_create()->set_name(kAccount);
  return sandbox.OrderFor(action, "account");
}

inline v1::Order StopService(const Sandbox& sandbox, const std::string& unit = kService) {
  v1::Action action;
  action.mutable_service_stop()->set_unit(unit);
  return sandbox.OrderFor(action, "service");
}

inline v1::Order RunAtomic(const Sandbox& sandbox) {
  v1::Action action;
  *action.mutable_exec_atomic() = AtomicTest(sandbox);
  return sandbox.OrderFor(action, "atomic");
}

inline v1::Order AddUnit(const Sandbox& sandbox, const std::string& unit = kUnit) {
  v1::Action action;
  action.mutable_persistence_systemd()->set_unit(unit);
  action.mutable_persistence_systemd()->set_dir("@docs");
  return sandbox.OrderFor(action, "unit");
}

inline std::string KeysPath(const Sandbox& sandbox) { return sandbox.Path("docs/authorized_keys"); }

inline v1::Order AddKey(const Sandbox& sandbox) {
  v1::Action action;
  action.mutable_persistence_ssh_key()->set_file("@docs/authorized_keys");
  return sandbox.OrderFor(action, "key");
}

}  // namespace drill::agent

#endif  // DRILL_TESTS_UNIT_AGENT_CATALOGUE_ORDERS_H_
