#!/usr/bin/env python3
"""Draws the invented insurance cards of the demo and the tests, as the kiosk's camera would see them.

Needs Pillow. Run it from this folder: `python3 draw.py`. Nobody on them exists, and no payer is called so.
"""

import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

HERE = Path(__file__).parent
FONTS = HERE / "../../../ui/fonts"
REGULAR, BOLD = FONTS / "AtkinsonHyperlegibleNext-Regular.ttf", FONTS / "AtkinsonHyperlegibleNext-Bold.ttf"
# Twice as large as it is seen, so that a tilt leaves no steps.
WIDTH, HEIGHT = 1826, 1152
VIEW = (1280, 720)


def words(draw, at, text, size, font=REGULAR, fill="#1a1f2b"):
    draw.text(at, text, font=ImageFont.truetype(str(font), size), fill=fill)


def plain():
    card = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
    ImageDraw.Draw(card).rounded_rectangle((0, 0, WIDTH - 1, HEIGHT - 1), 62, fill="#eef1f4")
    return card


def front():
    card = plain()
    draw = ImageDraw.Draw(card)
    draw.rounded_rectangle((0, 0, WIDTH - 1, 250), 62, fill="#1b4f72")
    draw.rectangle((0, 150, WIDTH, 250), fill="#1b4f72")
    words(draw, (80, 60), "Juniper Ridge Health", 110, BOLD, "white")
    words(draw, (1330, 85), "PPO Silver", 76, REGULAR, "white")
    for row, (label, value) in enumerate(
        [("Member", "AVERY SAMPLE"), ("Member ID", "JRH 4471 0932 6"), ("Group", "00271-SAMPLE"), ("Valid from", "01/01/2026")]
    ):
        words(draw, (80, 310 + row * 190), label, 50, REGULAR, "#4a5260")
        words(draw, (80, 362 + row * 190), value, 84, BOLD)
    for row, (label, value) in enumerate([("RxBIN", "999991"), ("RxPCN", "SAMPLE"), ("RxGRP", "JRRX1"), ("Office visit", "$25"), ("Specialist", "$40")]):
        words(draw, (1130, 320 + row * 120), label, 50, REGULAR, "#4a5260")
        words(draw, (1440, 312 + row * 120), value, 62, BOLD)
    words(draw, (1130, 1030), "An invented card. Not valid.", 44, REGULAR, "#4a5260")
    return card


def back():
    card = plain()
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 110, WIDTH, 290), fill="#20242c")
    lines = [
        "This card belongs to nobody: it was drawn for a demonstration.",
        "Members: call 555-0100 before a stay in hospital.",
        "Providers: 555-0101, payer number 99999.",
        "Claims: Juniper Ridge Health, PO Box 100, Sample City.",
        "Pharmacies: 555-0102, day and night.",
    ]
    for row, line in enumerate(lines):
        words(draw, (80, 350 + row * 110), line, 58)
    for at in range(52):
        bar = random.Random(at).choice([6, 10, 16])
        draw.rectangle((90 + at * 31, 930, 90 + at * 31 + bar, 1090), fill="#20242c")
    return card


def background():
    """A lobby, out of focus."""
    view = Image.new("RGB", VIEW, "#6e6a64")
    draw = ImageDraw.Draw(view)
    draw.rectangle((0, 0, 1280, 300), fill="#8d8a83")
    draw.ellipse((-100, 150, 420, 820), fill="#4d5a66")
    draw.rectangle((980, 0, 1180, 520), fill="#5b5148")
    draw.ellipse((700, -80, 930, 90), fill="#c9c3b4")
    return view.filter(ImageFilter.GaussianBlur(40))


def hand(view):
    draw = ImageDraw.Draw(view)
    draw.ellipse((1000, 560, 1300, 800), fill="#9a7159")
    draw.ellipse((1010, 470, 1200, 560), fill="#a47a61")
    return view


def held(card, tilt, shift):
    """The card in the camera's picture, where the frame is: 913 by 576 points in the middle."""
    view = background()
    turned = card.rotate(tilt, resample=Image.Resampling.BICUBIC, expand=True)
    turned = turned.resize((turned.width // 2, turned.height // 2), Image.Resampling.LANCZOS)
    view.paste(turned, ((VIEW[0] - turned.width) // 2 + shift[0], (VIEW[1] - turned.height) // 2 + shift[1]), turned)
    hand(view)
    # A lens is never quite sharp.
    return view.filter(ImageFilter.GaussianBlur(0.7))


def keep(view, name, quality=46):
    view.save(HERE / name, quality=quality, optimize=True)
    print(name, (HERE / name).stat().st_size, "bytes")


sharp = held(front(), 1.4, (6, -4))
keep(sharp, "front.jpg")
keep(sharp.resize((320, 180), Image.Resampling.LANCZOS), "small.jpg", 50)
keep(held(back(), -1.1, (-5, 3)), "back.jpg")
keep(hand(background()), "nothing.jpg")
keep(ImageEnhance.Brightness(sharp).enhance(0.16), "dark.jpg", 45)
keep(sharp.filter(ImageFilter.GaussianBlur(7)), "blurred.jpg", 50)
bright = ImageEnhance.Brightness(sharp).enhance(1.1)
glare = Image.new("L", VIEW, 0)
ImageDraw.Draw(glare).ellipse((420, 220, 900, 520), fill=255)
bright.paste("white", (0, 0), glare.filter(ImageFilter.GaussianBlur(30)))
keep(bright, "glare.jpg", 50)
