"""Codecs turn objects into bytes and back.

JSON and msgspec are ready-made; one for protobuf is two lines.

    pip install msgspec protobuf
"""

import msgspec
from google.protobuf import descriptor_pb2, message_factory
from google.protobuf.message import Message as ProtobufMessage

from backstage import Actor, Context, Engine, Message, codecs


class Point(msgspec.Struct):
    """A typed message."""

    x: int
    y: int


def make_protobuf_point() -> type[ProtobufMessage]:
    """What protoc makes of `message Point { int32 x = 1; int32 y = 2; }`."""
    file = descriptor_pb2.FileDescriptorProto(name="point.proto", syntax="proto3")
    point = file.message_type.add(name="Point")
    for number, name in enumerate("xy", start=1):
        point.field.add(name=name, number=number, type="TYPE_INT32", label="LABEL_OPTIONAL")
    return message_factory.GetMessages([file])["Point"]


ProtobufPoint = make_protobuf_point()


class ProtobufCodec:
    """The codec for one type of protobuf messages."""

    encode = staticmethod(ProtobufPoint.SerializeToString)
    decode = staticmethod(ProtobufPoint.FromString)


class Mirror(Actor):
    """Answers a point with its mirror image: decoded and encoded by its codec."""

    def receive(self, context: Context, message: Message) -> object:
        point = message.payload
        print(f"{context.id}: {message.size} bytes, {point!r}".rstrip())
        if isinstance(point, dict):
            return {"x": point["y"], "y": point["x"]}
        return type(point)(x=point.y, y=point.x)


with Engine() as engine:
    for id, codec, point in (
        ("json", codecs.JSON, {"x": 1, "y": 2}),
        ("msgspec", codecs.Msgspec(Point, format="json"), Point(3, 4)),
        ("msgpack", codecs.Msgspec(Point), Point(5, 6)),
        ("protobuf", ProtobufCodec(), ProtobufPoint(x=7, y=8)),
    ):
        mirror = engine.spawn(Mirror, id=id, codec=codec)
        print(f"{id}: {mirror.ask(point)!r}".rstrip())
