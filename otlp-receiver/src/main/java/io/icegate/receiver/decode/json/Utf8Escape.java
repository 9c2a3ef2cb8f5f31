package io.icegate.receiver.decode.json;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Carries bytes that are not UTF-8 through a parser of characters: each becomes an unpaired low surrogate, which UTF-8 has
 * no other use for. A client that escapes such a surrogate in a request that also holds such bytes gets the byte; either is
 * shown as U+FFFD.
 */
final class Utf8Escape
{
    static final char REPLACEMENT = '\uFFFD';

    private static final char FIRST = '\uDC80';
    private static final char LAST = '\uDCFF';

    private Utf8Escape() {}

    static String decode(byte[] bytes)
    {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        // never more characters than bytes
        CharBuffer out = CharBuffer.allocate(bytes.length);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (!result.isError()) {
                return out.flip().toString();
            }
            for (int i = 0; i < result.length(); i++) {
                out.put((char) (FIRST - 0x80 + (in.get() & 0xFF)));
            }
        }
    }

    static boolean isEscape(char c)
    {
        return c >= FIRST && c <= LAST;
    }

    static byte original(char escape)
    {
        return (byte) (escape - FIRST + 0x80);
    }
}
