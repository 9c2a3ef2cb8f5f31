package io.icegate.receiver.decode;

/**
 * Why a message is kept as it came, see docs/format/schema.md. Bits.
 */
final class Reasons
{
    static final int DUPLICATE_KEY = 1;
    static final int UNKNOWN_FIELD = 2;
    static final int ID_FORM = 4;
    static final int INVALID_UTF8 = 8;
    static final int STRING_TABLE_INDEX = 16;
    static final int NAN_PAYLOAD = 32;
    static final int SHORTENED = 64;

    private Reasons() {}
}
