"""Makes labelled mail: `python3 -m test.filter.corpus FOLDER --count 2000 --half 0` writes FOLDER/ham and FOLDER/spam.

The two halves share no sentence, subject or service, so what is learned from one can be tried on the other. All of it is
made up; what it shows is that the filter learns and generalizes, not how good it is at the mail of the world."""

import argparse
import random
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from datetime import datetime, timedelta, timezone
from html import escape
from pathlib import Path

from test.filter import phrases

_START = datetime(2026, 3, 1, 8, 0, tzinfo=timezone.utc)
_SYLLABLES = "ba be bo da de di fa fe ga go ka ke la le li lo ma me mi na ne no pa pe ra re ro sa se ta te to va vi za".split()
_TLDS = ["com", "com", "com", "net", "org", "de", "fr", "es", "io", "info", "xyz", "shop", "online"]
_MAILERS = [None, None, None, "Apple Mail (2.3774)", "Mozilla Thunderbird 128.1", "Microsoft Outlook 16.0", "PHPMailer 6.5", "Mutt/2.2.9"]
_DAYS = ["Monday", "Tuesday", "12 May", "3 June", "21.10.", "9 août", "4 de julio"]
_DISGUISE = str.maketrans({"a": "4", "e": "3", "i": "1", "o": "0", "s": "5"})
_LOOKALIKE = str.maketrans({"a": "а", "e": "е", "o": "о", "c": "с", "p": "р"})


class Maker:
    def __init__(self, seed: int, half: int | None):
        self.random = random.Random(seed)
        self.half = half
        self.sent = 0

    def pick(self, pool):
        """One of this half of the pool."""
        mine = pool if self.half is None else pool[self.half::2]
        return self.random.choice(mine)

    def some(self, pool, low: int, high: int) -> list[str]:
        mine = list(pool if self.half is None else pool[self.half::2])
        self.random.shuffle(mine)
        return [self.fill(text) for text in mine[:self.random.randint(low, high)]]

    def fill(self, text: str) -> str:
        r = self.random
        return text.format(number=r.randint(10000, 9999999), day=r.choice(_DAYS), price=f"{r.randint(5, 300)}.{r.randint(10, 99)} €",
                           name=r.choice(phrases.NAMES["en"]), first=r.choice(phrases.NAMES[r.choice(phrases.LANGUAGES)]).split()[0])

    def domain(self) -> str:
        r = self.random
        return "".join(r.choice(_SYLLABLES) for _ in range(r.randint(2, 4))) + "." + r.choice(_TLDS)

    def address(self, domain: str) -> str:
        r = self.random
        return r.choice(["info", "news", "service", "no-reply", "contact"] + ["".join(r.choice(_SYLLABLES) for _ in range(3))] * 5) + "@" + domain

    # What both kinds have alike, so that it does not tell them apart.
    def finish(self, body, name: str, domain: str, subject: str) -> bytes:
        r = self.random
        self.sent += 1
        body["From"] = formataddr((name, self.address(domain)))
        body["To"] = "ann@home.example"
        body["Subject"] = subject if subject.isascii() else Header(subject, "utf-8")
        body["Date"] = format_datetime(_START + timedelta(minutes=r.randint(0, 300000)))
        body["Message-ID"] = f"<{r.getrandbits(64):x}@{domain}>"
        mailer = r.choice(_MAILERS)
        if mailer:
            body["X-Mailer"] = mailer
        return body.as_bytes()

    def text_part(self, text: str, kind: str = "plain"):
        if self.random.random() < 0.5 and text.isascii():
            return MIMEText(text, kind, "us-ascii")
        return MIMEText(text, kind, "utf-8")

    def alternative(self, plain: str, html: str):
        both = MIMEMultipart("alternative")
        both.attach(self.text_part(plain))
        both.attach(self.text_part(html, "html"))
        return both

    def html(self, paragraphs: list[str], link: str, link_text: str, image: str | None = None) -> str:
        r = self.random
        style = r.choice(["", ' style="font-family:Arial"', ' style="color:#333"'])
        picture = f'<img src="{image}" width="600" alt="">' if image else ""
        inner = "".join(f"<p{style}>{escape(p)}</p>" for p in paragraphs)
        pixel = f'<img src="https://t.{self.domain()}/o.gif" width="1" height="1">' if r.random() < 0.4 else ""
        return f'<html><body>{picture}{inner}<p><a href="{link}">{escape(link_text)}</a></p>{pixel}</body></html>'

    # Ham.
    def letter(self) -> bytes:
        r = self.random
        language = r.choice(phrases.LANGUAGES + ("en", "en"))
        name = r.choice(phrases.NAMES[language])
        lines = [self.fill(self.pick(phrases.GREETINGS[language])), ""] + self.some(phrases.LETTERS[language], 1, 5)
        if r.random() < 0.15:
            lines.append(f"https://{self.domain()}/{r.randint(1, 999)}")
        lines += ["", r.choice(phrases.CLOSINGS[language]), name.split()[0]]
        subject = self.pick(phrases.SUBJECTS[language])
        body = self.text_part("\n".join(lines) + "\n")
        if r.random() < 0.45:
            lines += ["", f"{name}:"] + ["> " + text for text in self.some(phrases.LETTERS[language], 1, 3)]
            body = self.text_part("\n".join(lines) + "\n")
            body["In-Reply-To"] = f"<{r.getrandbits(64):x}@home.example>"
            body["References"] = body["In-Reply-To"]
            subject = "Re: " + subject
        elif r.random() < 0.15:
            whole = MIMEMultipart()
            whole.attach(body)
            if r.random() < 0.5:
                whole.attach(MIMEImage(r.randbytes(800), "jpeg", name="photo.jpg"))
            else:
                part = MIMEApplication(r.randbytes(800), "pdf", name="draft.pdf")
                part.add_header("Content-Disposition", "attachment", filename="draft.pdf")
                whole.attach(part)
            body = whole
        return self.finish(body, name, self.domain(), subject)

    def service(self) -> bytes:
        subject, sentences, link_text = self.pick(phrases.SERVICES)
        domain = self.domain()
        paragraphs = [self.fill(s) for s in sentences]
        link = f"https://www.{domain}/{self.random.randint(1000, 99999)}"
        plain = "\n\n".join(paragraphs + [f"{link_text}: {link}"]) + "\n"
        body = self.text_part(plain) if self.random.random() < 0.3 else self.alternative(plain, self.html(paragraphs, link, link_text))
        return self.finish(body, domain.split(".")[0].title(), domain, self.fill(subject))

    def newsletter(self) -> bytes:
        subject, sentences = self.pick(phrases.NEWSLETTERS)
        domain = self.domain()
        paragraphs = [self.fill(s) for s in sentences] + [self.random.choice(["Unsubscribe at any time.", "Abmelden", "Se désinscrire", "You get this because you subscribed."])]
        link = f"https://news.{domain}/{self.random.randint(1, 9999)}"
        body = self.alternative("\n\n".join(paragraphs) + f"\n{link}\n", self.html(paragraphs, link, "Read more", f"https://{domain}/head.png"))
        body["List-Unsubscribe"] = f"<https://news.{domain}/u>"
        return self.finish(body, domain.split(".")[0].title() + " News", domain, self.fill(subject))

    def ham(self) -> bytes:
        return self.random.choices([self.letter, self.service, self.newsletter], [5, 3, 2])[0]()

    # Spam.
    def disguise(self, text: str) -> str:
        """Some of its longer words as spammers write them."""
        r = self.random
        words = text.split(" ")
        for i, word in enumerate(words):
            if len(word) < 5 or not word.isalpha() or r.random() > 0.2:
                continue
            how = r.randrange(4)
            if how == 0:
                words[i] = word[0] + word[1:-1].translate(_DISGUISE) + word[-1]
            elif how == 1:
                words[i] = " ".join(word)
            elif how == 2:
                words[i] = word[:2] + "\u200b" + word[2:]
            else:
                words[i] = word.translate(_LOOKALIKE)
        return " ".join(words)

    def spam(self) -> bytes:
        r = self.random
        topic = r.choice(list(phrases.SPAM))
        names, subjects, sentences, calls = phrases.SPAM[topic]
        domain = self.domain()
        subject = self.fill(self.pick(subjects))
        paragraphs = self.some(sentences, 2, 4)
        if r.random() < 0.25:
            paragraphs = [self.disguise(p) for p in paragraphs]
            subject = self.disguise(subject)
        if r.random() < 0.12:
            subject = subject.upper() + "!!"
        if r.random() < 0.1:
            subject = "Re: " + subject
        link = r.choice([f"http://{self.domain()}/{r.getrandbits(40):x}", f"https://{domain}/c?id={r.randint(1, 99999)}",
                         f"http://{r.randint(11, 223)}.{r.randint(0, 255)}.{r.randint(0, 255)}.{r.randint(1, 254)}/x"])
        body = self.spam_body(topic, paragraphs, link, self.pick(calls))
        if r.random() < 0.2:
            body["Reply-To"] = self.address(self.domain())
        if r.random() < 0.3:
            body["List-Unsubscribe"] = f"<https://{domain}/u>"
        return self.finish(body, r.choice(names), domain, subject)

    def spam_body(self, topic: str, paragraphs: list[str], link: str, call: str):
        r = self.random
        plain = "\n\n".join(paragraphs) + (f"\n\n{call}: {link}\n" if topic not in ("money", "extort", "malware") else "\n")
        if topic == "malware":
            whole = MIMEMultipart()
            whole.attach(self.text_part(plain))
            name = r.choice(["invoice.zip", "order.pdf.exe", "scan.docm", "swift.iso", "doc.html"])
            part = MIMEApplication(r.randbytes(900), name=name)
            part.add_header("Content-Disposition", "attachment", filename=name)
            whole.attach(part)
            return whole
        if topic in ("money", "extort") or r.random() < 0.3:
            return self.text_part(plain)
        html = self.html(paragraphs, link, call, f"http://{self.domain()}/a.jpg" if r.random() < 0.4 else None)
        if r.random() < 0.2:  # honest words that nobody sees
            hidden = " ".join(self.some(phrases.LETTERS["en"], 2, 4))
            html = html.replace("</body>", f'<div style="display:none;font-size:0">{hidden}</div></body>')
        if r.random() < 0.1:
            html = f'<html><body><a href="{link}"><img src="{link}.png"></a></body></html>'
        return self.text_part(html, "html") if r.random() < 0.5 else self.alternative(plain, html)


def write(folder: Path, count: int, seed: int, half: int | None) -> None:
    maker = Maker(seed, half)
    for kind, make in (("ham", maker.ham), ("spam", maker.spam)):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        for i in range(count):
            (folder / kind / f"{i:06}.eml").write_bytes(make())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=2000, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", type=int, choices=(0, 1), help="of the sentences; without it all")
    options = parser.parse_args()
    write(options.folder, options.count, options.seed, options.half)


if __name__ == "__main__":
    main()
