"""What the power-loss benchmark and its tests are made of: a disk that loses its power, a door to lose, a judge."""
