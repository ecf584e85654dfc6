"""The rules: plain functions of plain values. No database, no clock, no framework; whoever asks brings the time."""
