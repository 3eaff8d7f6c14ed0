"""Classes of Protocol Buffers and of Thrift for columns that are only known when a program runs.

A program that knows its data has them made by protoc and by the compiler of Thrift.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from jmslike.converters.extras import missing

Kind: TypeAlias = Literal["text", "integer", "number", "boolean", "texts"]
"""What a column holds, in the types that both formats have: integers are of 64 bits, numbers of double precision."""


def protobuf_class(name: str, columns: Mapping[str, Kind]) -> Any:
    """Return a class of messages with these fields, numbered in their order; each may be absent.

    The names must be identifiers of Protocol Buffers. Raises JMSError without the extra `formats`.
    """
    try:
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
    except ImportError as error:
        raise missing("class of Protocol Buffers", "protobuf") from error
    field = descriptor_pb2.FieldDescriptorProto
    types = {
        "text": field.TYPE_STRING,
        "texts": field.TYPE_STRING,
        "integer": field.TYPE_INT64,
        "number": field.TYPE_DOUBLE,
        "boolean": field.TYPE_BOOL,
    }
    file = descriptor_pb2.FileDescriptorProto(name=f"{name}.proto", syntax="proto2")
    message = file.message_type.add(name=name)
    for number, (column, kind) in enumerate(columns.items(), 1):
        label = field.LABEL_REPEATED if kind == "texts" else field.LABEL_OPTIONAL
        message.field.add(name=column, number=number, type=types[kind], label=label)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


def thrift_class(name: str, columns: Mapping[str, Kind]) -> Any:
    """Return a class of structs with these fields, numbered in their order; each may be absent.

    Raises JMSError without the extra `formats`.
    """
    try:
        from thrift.protocol.TBase import TBase
        from thrift.Thrift import TType
    except ImportError as error:
        raise missing("class of Thrift", "thrift") from error
    types = {
        "text": (TType.STRING, "UTF8"),
        "texts": (TType.LIST, (TType.STRING, "UTF8", False)),
        "integer": (TType.I64, None),
        "number": (TType.DOUBLE, None),
        "boolean": (TType.BOOL, None),
    }
    spec: list[Any] = [None]
    for number, (column, kind) in enumerate(columns.items(), 1):
        type_, of_what = types[kind]
        spec.append((number, type_, column, of_what, None))

    def __init__(self: Any, **values: Any) -> None:  # noqa: N807
        for column in columns:
            setattr(self, column, values.get(column))

    return type(name, (TBase,), {"thrift_spec": tuple(spec), "__slots__": tuple(columns), "__init__": __init__})
