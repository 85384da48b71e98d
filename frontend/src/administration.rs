//! The face below `/admin` and `/account`.

fn main() {
    frontend::start_administration();
}
