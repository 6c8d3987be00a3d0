"""Fuzzing: invalid requests, raw bytes and WebSocket frames."""
