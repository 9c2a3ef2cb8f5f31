package io.icegate.maintenance.merge;

import org.jspecify.annotations.Nullable;

/**
 * The levels of a row in a column of lists or maps.
 *
 * @param definitions null when every value is there
 * @param values how many are there
 */
@SuppressWarnings("ArrayRecordComponent") // shared, told apart by identity
record RowShape(byte[] repetitions, byte @Nullable [] definitions, int values)
{
    int levels()
    {
        return repetitions.length;
    }
}
