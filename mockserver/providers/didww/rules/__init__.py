"""What DIDWW does when it is asked: plain values in, rows out, `Refusal` when it will not."""
