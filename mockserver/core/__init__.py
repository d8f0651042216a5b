"""What every provider stands on: worlds, time, chance, money, limits. No web imports here."""
