"""Compression of what waits in Redis: blocks of events, and stored responses.

Both are JSON with the same names again and again, so a preset dictionary saves more than half.
"""

import zlib

LEVEL = 6
RAW_DEFLATE = -15  # the window size in bits; negative for a stream without header and checksum
# What the JSON of events and responses has in common, the most frequent last. Packed data can only
# be read with the dictionary that it was packed with: to change it, empty Redis of packed data.
DICTIONARY = (
    b'{"message":"Following","relation":{"following":true,"followed_by":false,"blocking":false,'
    b'"muting":false,"requested":false}}{"message":"Reaction set","reaction":{"type":"like"},'
    b'"message":"Message sent","chat_message":{"message":"Comment created","comment":{'
    b'"message":"Post created","post":{"media":{"id":"","kind":"image","status":"ready","url":"'
    b'","width":,"height":,"thumbnail_url":"user:post:self:feed home {"follower":"","followee":"'
    b'follow.created{"follower_id":"","followee_id":""}post.updatedpost.deletedcomment.deleted'
    b"message.readmessage.updatednotification.updatednotification.deletedreaction.changed"
    b'comment.createdpost.createdmessage.createdconversation.updatednotification.created{"user":"'
    b'","actor":"","post":"","other":"","author":"","comment":""}{"message":""}'
    b'{"notification":{"id":"","created_at":"2026-00:00.000000Z","message":"","type":"reaction",'
    b'"read":false,"entity_id":"","post_id":"","actor":{"id":"","username":"","avatar_color":"#","'
    b'avatar_url":"http://https:///avatars/.png"}},"unread_count":{"user":{"id":"},"unread":1,'
    b'"last_message":{"id":"","created_at":"2026-","text":"","gif_url":"","reactions":{},'
    b'"edited_at":null,"is_deleted":false,"sender_id":"","receiver_id":"","media":null}}'
    b'{"id":"","created_at":"2026-00:00.000000Z","text":"","bg_color":"","feelings":"",'
    b'"gif_url":"","edited_at":null,"privacy":"public","comments_count":0,"reactions":{"like":0,'
    b'"love":0,"happy":0,"wow":0,"sad":0,"angry":0},"media":null,"author":{"id":"","username":"'
    b'","avatar_color":"#","avatar_url":"http://localhost:8000/avatars/.png"}}'
)


def pack(data: bytes) -> bytes:
    """Return `data` compressed."""
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW_DEFLATE, zdict=DICTIONARY)
    return compressor.compress(data) + compressor.flush()


def unpack(packed: bytes) -> bytes:
    """Return what `pack` compressed."""
    return zlib.decompressobj(RAW_DEFLATE, zdict=DICTIONARY).decompress(packed)
