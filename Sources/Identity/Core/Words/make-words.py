#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Composes the 4096 words of the four-word names (spec README, ruling 3).

usage: make-words.py > words.txt      writes the list
       make-words.py --check          compares words.txt beside this script with what would be written

Every word has two open syllables and an ending, so that it can be said in most languages: bamel, kiroda. No word is
taken from anywhere; each is built from the letters below. Promises, checked by tests of the Identity target:

* 4096 lower-case words of 5 or 6 letters, sorted;
* the first four letters name the word (ruling 3 asks for five);
* no two words are one edit (insertion, deletion, replacement of a letter) apart;
* no word contains one of the fragments at the end of this file.

The order in which candidates are tried comes from their SHA-256, so the list is the same everywhere and for ever.
Changing one letter here renames everybody: the list is part of the API.
"""

import hashlib
import itertools
import pathlib
import sys

COUNT = 4096
CONSONANTS = "bdfghjklmnprstvwz"  # no c, q, x, y: their sounds are shared with other letters
VOWELS = "aeiou"
CODAS = "ldnrsmtkgbvzpf"
# What somebody could take offence at, or read as more than a made-up word, in any of a dozen languages.
FRAGMENTS = """
aids ala alah anal anus arab arse baka bara bite bofo boob bum buse bust but dago damn debil dibil dik dild dilo dum
dup fag fak fap fart fas fel feka fek fem fik fit fok fot fuk fuma fut gay geni gej gook got guk gul hadi had hak haj
hamas hel hent here heter him hit hod homo hoer hoe hor huj hur hus husi ida idi idio isis jap jebi jeb jes jew jid jis
job jod jud kaf kak kal kam kan kike kil kir kok kol kon koz kon kra kul kum kun kur kus lam lan les lib lod log lol
luder lul lun man mar mat med mera merd min mok mol mon mor mos mud mul mun mur musl nak nat naz neg nepa nig nip nud
nut orgi pad pak pan pat ped pen per pet pid pik pil pim pip pis piz pok pol pop por pot pra pub pud puk pul pun pup
pur pus put rab rap ras rat red ret rob rom rot rum sad sak sal sat sek sem sen sex shi sik sil sim sin sis sit siv
skat slav slut sod sok sot spik sua sub suk sur tar tat tit tran tur tus vag vad van ver vib vir viol vom vul wan wap
war was weed wet wid wog wop wor zan zion zor
""".split()


def is_harmless(word):
    return not any(fragment in word for fragment in FRAGMENTS)


def neighbours(word):
    """Everything one edit away from a word."""
    letters = CONSONANTS + VOWELS
    for i in range(len(word) + 1):
        for letter in letters:
            yield word[:i] + letter + word[i:]
            if i < len(word):
                yield word[:i] + letter + word[i + 1 :]
        if i < len(word):
            yield word[:i] + word[i + 1 :]


def scattered(words):
    return sorted(words, key=lambda word: hashlib.sha256(b"x0x words\n" + word.encode()).digest())


def compose():
    chosen, forbidden = [], set()

    def take(word):
        if word in forbidden or not is_harmless(word):
            return False
        chosen.append(word)
        forbidden.add(word)
        forbidden.update(neighbours(word))
        return True

    starts = scattered("".join(letters) for letters in itertools.product(CONSONANTS, VOWELS, CONSONANTS, VOWELS))
    starts = [start for start in starts if start[:2] != start[2:] and is_harmless(start)]
    endings = scattered(CODAS) + scattered("".join(letters) for letters in itertools.product(CONSONANTS, VOWELS))
    for start in starts:
        if len(chosen) == COUNT:
            break
        next((ending for ending in endings if take(start + ending)), None)
    return sorted(chosen)


def main():
    words = compose()
    if len(words) != COUNT:
        sys.exit(f"only {len(words)} words: the rules leave too few")
    text = "".join(word + "\n" for word in words)
    if sys.argv[1:] == ["--check"]:
        if (pathlib.Path(__file__).parent / "words.txt").read_text() != text:
            sys.exit("words.txt is not what this script composes")
    elif sys.argv[1:]:
        sys.exit(__doc__.strip())
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
