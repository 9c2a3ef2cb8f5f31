package io.icegate.receiver.otlp;

/**
 * Writes a JSON string; the few fixed answers need no more.
 */
final class JsonText
{
    private JsonText() {}

    static String quote(String text)
    {
        StringBuilder json = new StringBuilder(text.length() + 2).append('"');
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                json.append('\\').append((char) c);
            }
            else if (c < 0x20 || Character.isSurrogate((char) c)) {
                json.append("\\u%04x".formatted(c));
            }
            else {
                json.append((char) c);
            }
        });
        return json.append('"').toString();
    }
}
