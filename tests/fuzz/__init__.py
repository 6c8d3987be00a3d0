"""What strangers send: documents that are nearly right, bytes that are nothing, frames of both."""
