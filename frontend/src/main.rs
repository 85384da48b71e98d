//! The face that most people see: portal, workspace and dashboards.

fn main() {
    frontend::start();
}
