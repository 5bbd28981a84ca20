//! Formats prices for display.

/// Formats `cents` hundredths of `currency`: `€1,249.00`. An unknown currency is shown by its code: `CHF 12.50`.
pub(crate) fn format_price(cents: u32, currency: &str) -> String {
    let mut text = String::with_capacity(16);
    match currency {
        "EUR" => text.push('€'),
        "USD" => text.push('$'),
        "GBP" => text.push('£'),
        other => {
            text.push_str(other);
            text.push('\u{a0}');
        }
    }
    let whole = (cents / 100).to_string();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push('.');
    let fraction = cents % 100;
    text.push(digit(fraction / 10));
    text.push(digit(fraction % 10));
    text
}

fn digit(number: u32) -> char {
    char::from_digit(number, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::format_price;

    #[test]
    fn a_price_has_its_currency_and_two_decimals() {
        for (cents, currency, text) in [
            (0, "EUR", "€0.00"),
            (5, "EUR", "€0.05"),
            (1250, "EUR", "€12.50"),
            (99_999, "USD", "$999.99"),
            (100_000, "GBP", "£1,000.00"),
            (123_456_789, "EUR", "€1,234,567.89"),
            (u32::MAX, "EUR", "€42,949,672.95"),
            (1250, "CHF", "CHF\u{a0}12.50"),
        ] {
            assert_eq!(format_price(cents, currency), text);
        }
    }
}
