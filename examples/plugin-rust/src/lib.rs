//! The Luhn check digit, over many numbers at once, without Python's interpreter lock.

use pyo3::prelude::*;

/// Whether the last digit is the check digit of those before it; letters and signs make it false.
fn is_valid(number: &str) -> bool {
    let mut sum = 0;
    let mut count = 0;
    for (place, sign) in number.chars().rev().enumerate() {
        let Some(digit) = sign.to_digit(10) else {
            return false;
        };
        let doubled = if place % 2 == 1 { digit * 2 } else { digit };
        sum += if doubled > 9 { doubled - 9 } else { doubled };
        count += 1;
    }
    count > 1 && sum % 10 == 0
}

/// The places, from 0, of the numbers whose check digit is wrong.
#[pyfunction]
fn wrong_places(py: Python<'_>, numbers: Vec<String>) -> Vec<usize> {
    py.detach(|| {
        numbers
            .iter()
            .enumerate()
            .filter(|(_, number)| !is_valid(number))
            .map(|(place, _)| place)
            .collect()
    })
}

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(wrong_places, module)?)
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn check_digits() {
        assert!(is_valid("79927398713"));
        assert!(!is_valid("79927398710"));
        assert!(!is_valid("7992739871x"));
        assert!(!is_valid(""));
    }
}
