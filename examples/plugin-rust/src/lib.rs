//! What Python sees of it: one function, without the interpreter's lock.

mod check_digits;

use pyo3::prelude::*;

/// The places, from 0, of the numbers whose check digit is wrong.
#[pyfunction]
fn wrong_places(py: Python<'_>, numbers: Vec<String>) -> Vec<usize> {
    py.detach(|| check_digits::wrong_places(&numbers))
}

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(wrong_places, module)?)
}
