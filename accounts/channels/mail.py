"""E-mail over SMTP."""

import smtplib
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from accounts.channels.base import Failed, Letter, Sender

TIMEOUT = 15  # seconds


class Mail(Sender):
    """One connection serves a batch. The key is the Message-ID, by which a second copy can be recognised."""

    def __init__(self, config):
        super().__init__(config)
        names = ("host", "port", "username", "password", "use_tls", "use_ssl")
        self.backend = EmailBackend(**{name: config[name] for name in names}, timeout=TIMEOUT)

    @property
    def limit(self):
        return 100_000

    def send(self, address, letter: Letter):
        sender = self.config["sender"]
        number = f"<{letter.key}@{parseaddr(sender)[1].rpartition('@')[2]}>"
        headers = {"Message-ID": number, "Auto-Submitted": "auto-generated"}
        subject = " ".join(letter.subject.split())
        try:
            self.backend.open()  # stays open for the next one
            EmailMessage(subject, self.text(letter), sender, [address], headers=headers, connection=self.backend).send()
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            self.close()
            raise Failed(f"{code} {_text(words)}", retry=code < 500) from None
        except smtplib.SMTPAuthenticationError as error:
            self.close()
            raise Failed(f"{error.smtp_code} {_text(error.smtp_error)}", is_down=True) from None
        except smtplib.SMTPResponseException as error:
            self.close()
            raise Failed(f"{error.smtp_code} {_text(error.smtp_error)}", retry=error.smtp_code < 500) from None
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Failed(f"{self.config['host']}: {type(error).__name__}", is_down=True) from None
        return number

    def close(self):
        self.backend.close()


def _text(words: bytes | str) -> str:
    return (words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words))[:200]
