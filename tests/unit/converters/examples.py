"""An order in the classes of the formats that have classes of their own, without their compilers."""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from thrift.protocol.TBase import TBase
from thrift.protocol.TProtocol import TProtocolException
from thrift.Thrift import TType

Field = descriptor_pb2.FieldDescriptorProto


def _protobuf_order() -> Any:
    file = descriptor_pb2.FileDescriptorProto(name="orders.proto", package="shop", syntax="proto2")
    order = file.message_type.add(name="Order")
    order.field.add(name="id", number=1, type=Field.TYPE_STRING, label=Field.LABEL_REQUIRED)
    order.field.add(name="count", number=2, type=Field.TYPE_INT64, label=Field.LABEL_OPTIONAL)
    order.field.add(name="lines", number=3, type=Field.TYPE_STRING, label=Field.LABEL_REPEATED)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("shop.Order"))


ProtobufOrder = _protobuf_order()


class ThriftOrder(TBase):  # type: ignore[misc]
    """What the compiler makes of `struct Order {1: required string id, 2: i64 count, 3: list<string> lines}`."""

    thrift_spec = (
        None,
        (1, TType.STRING, "id", "UTF8", None),
        (2, TType.I64, "count", None, None),
        (3, TType.LIST, "lines", (TType.STRING, "UTF8", False), None),
    )

    def __init__(self, id: str | None = None, count: int | None = None, lines: list[str] | None = None) -> None:  # noqa: A002
        self.id, self.count, self.lines = id, count, lines

    def validate(self) -> None:
        if self.id is None:
            raise TProtocolException(message="Required field id is unset!")
