package jmslike.jakarta;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;

/** Texts, and the entries of properties and items, as records have them; see records.py. */
final class Values {
    static final int NULL = -1;
    private static final int UTF_16 = -2;
    private static final int HEAD = 9; // bytes of an entry before its name
    private static final int NAME = 1, SIZE = 5; // where in it the sizes are

    record Entry(String name, Object value) {}

    private Values() {}

    /** Return the position behind that many bytes. */
    static int after(ByteBuffer into, int size) {
        if (into.remaining() < size) {
            throw new BufferOverflowException();
        }
        return into.position() + size;
    }

    static void putEntry(ByteBuffer into, String name, Object value) {
        int start = into.position();
        into.position(after(into, HEAD));
        into.putInt(start + NAME, put(into, name));
        int at = into.position();
        int size = NULL;
        char letter;
        if (value instanceof String text) {
            letter = 'S';
            size = put(into, text);
        } else if (value instanceof Integer number) {
            letter = 'i';
            into.putInt(number);
        } else if (value instanceof Long number) {
            letter = 'l';
            into.putLong(number);
        } else if (value instanceof Boolean truth) {
            letter = 'z';
            into.put((byte) (truth ? 1 : 0));
        } else if (value instanceof Double number) {
            letter = 'd';
            into.putDouble(number);
        } else if (value instanceof Float number) {
            letter = 'f';
            into.putFloat(number);
        } else if (value instanceof Short number) {
            letter = 's';
            into.putShort(number);
        } else if (value instanceof Byte number) {
            letter = 'b';
            into.put(number);
        } else if (value instanceof Character character) {
            letter = 'c';
            into.putChar(character);
        } else if (value instanceof byte[] octets) {
            letter = 'x';
            into.put(octets);
        } else if (value == null) {
            letter = 'n';
        } else { // such as an unsigned number or a list of AMQP
            letter = 'S';
            size = put(into, value.toString());
        }
        into.put(start, (byte) letter);
        into.putInt(start + SIZE, letter == 'S' ? size : into.position() - at);
    }

    /** Write a text, and return its size as the head has it. */
    static int put(ByteBuffer into, String text) {
        if (text == null) {
            return NULL;
        }
        if (hasSurrogates(text)) {
            byte[] units = new byte[text.length() * 2];
            ByteBuffer.wrap(units).asCharBuffer().put(text);
            into.put(units);
            return UTF_16 - units.length;
        }
        byte[] octets = text.getBytes(UTF_8);
        into.put(octets);
        return octets.length;
    }

    private static boolean hasSurrogates(String text) {
        for (int at = text.length(); --at >= 0; ) {
            if (Character.isSurrogate(text.charAt(at))) {
                return true;
            }
        }
        return false;
    }

    private static Object value(ByteBuffer from, int letter, int size) {
        return switch (letter) {
            case 'S' -> text(from, size);
            case 'i' -> from.getInt();
            case 'l' -> from.getLong();
            case 'z' -> from.get() != 0;
            case 'd' -> from.getDouble();
            case 'f' -> from.getFloat();
            case 's' -> from.getShort();
            case 'b' -> from.get();
            case 'c' -> from.getChar();
            case 'x' -> octets(from, size);
            default -> null;
        };
    }

    static String text(ByteBuffer from, int size) {
        if (size == NULL) {
            return null;
        }
        if (size >= 0) {
            return new String(octets(from, size), UTF_8);
        }
        char[] units = new char[(UTF_16 - size) / 2];
        for (int at = 0; at < units.length; at++) {
            units[at] = from.getChar();
        }
        return new String(units);
    }

    static byte[] octets(ByteBuffer from, int size) {
        byte[] octets = new byte[size];
        from.get(octets);
        return octets;
    }

    /** Read an entry. */
    static Entry entry(ByteBuffer from) {
        int at = from.position();
        from.position(at + HEAD);
        String name = text(from, from.getInt(at + NAME));
        return new Entry(name, value(from, from.get(at), from.getInt(at + SIZE)));
    }
}
