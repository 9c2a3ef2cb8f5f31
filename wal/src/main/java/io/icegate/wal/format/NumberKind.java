package io.icegate.wal.format;

import io.icegate.schema.PointValue;

/**
 * Says what 64 bits in a block stand for: the value of a gauge, a sum or an exemplar.
 */
enum NumberKind
{
    MISSING,
    INT,
    REAL;

    PointValue.Number value(long bits)
    {
        return switch (this) {
            case MISSING -> PointValue.Missing.INSTANCE;
            case INT -> new PointValue.Int(bits);
            case REAL -> new PointValue.Real(Double.longBitsToDouble(bits));
        };
    }
}
