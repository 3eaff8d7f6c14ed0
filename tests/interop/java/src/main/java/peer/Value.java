package peer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Base64;
import java.util.List;

/** A JMS value as JSON: its Java type and its spelling, such as ["short", "5"]; bytes are in base 64. */
final class Value {
    private Value() {}

    static Object decode(JsonNode value) {
        var text = value.get(1).asText();
        return switch (value.get(0).asText()) {
            case "null" -> null;
            case "boolean" -> Boolean.valueOf(text);
            case "byte" -> Byte.valueOf(text);
            case "short" -> Short.valueOf(text);
            case "char" -> text.charAt(0);
            case "int" -> Integer.valueOf(text);
            case "long" -> Long.valueOf(text);
            case "float" -> Float.valueOf(text);
            case "double" -> Double.valueOf(text);
            case "string" -> text;
            case "bytes" -> Base64.getDecoder().decode(text);
            default -> throw new IllegalArgumentException("unknown type: " + value);
        };
    }

    static List<String> encode(Object value) {
        if (value == null) {
            return List.of("null", "");
        }
        if (value instanceof byte[] bytes) {
            return List.of("bytes", Base64.getEncoder().encodeToString(bytes));
        }
        return List.of(type(value), value.toString());
    }

    private static String type(Object value) {
        if (value instanceof Integer) {
            return "int";
        }
        if (value instanceof Character) {
            return "char";
        }
        return value.getClass().getSimpleName().toLowerCase();
    }
}
