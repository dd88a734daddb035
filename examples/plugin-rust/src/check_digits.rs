//! The Luhn check digit. Needs nothing but Rust itself: `rustc --test src/check_digits.rs` tests it.

/// The places, from 0, of the numbers whose check digit is wrong.
pub fn wrong_places(numbers: &[String]) -> Vec<usize> {
    numbers
        .iter()
        .enumerate()
        .filter(|(_, number)| !is_valid(number))
        .map(|(place, _)| place)
        .collect()
}

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

#[cfg(test)]
mod tests {
    use super::{is_valid, wrong_places};

    #[test]
    fn check_digits() {
        assert!(is_valid("79927398713"));
        assert!(!is_valid("79927398710"));
        assert!(!is_valid("7992739871x"));
        assert!(!is_valid(""));
    }

    #[test]
    fn places_are_those_of_the_wrong_numbers() {
        let numbers = ["79927398713", "79927398710", "18", "1"].map(String::from);
        assert_eq!(wrong_places(&numbers), [1, 3]);
    }
}
