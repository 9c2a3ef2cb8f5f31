package io.icegate.trino.config;

import io.trino.spi.ErrorCode;
import io.trino.spi.ErrorCodeSupplier;
import io.trino.spi.ErrorType;

import static io.trino.spi.ErrorType.EXTERNAL;
import static io.trino.spi.ErrorType.INSUFFICIENT_RESOURCES;
import static io.trino.spi.ErrorType.INTERNAL_ERROR;
import static io.trino.spi.ErrorType.USER_ERROR;

/**
 * Numbers are never used again for something else.
 */
public enum IceGateErrorCode
        implements ErrorCodeSupplier
{
    ICEGATE_WRONG_TRINO_VERSION(0, EXTERNAL),
    ICEGATE_AMBIGUOUS_NAME(1, USER_ERROR),
    ICEGATE_STORE_UNAVAILABLE(2, EXTERNAL),
    ICEGATE_WAL_CORRUPT(3, EXTERNAL),
    ICEGATE_TOO_MANY_LIVE_SEGMENTS(4, INSUFFICIENT_RESOURCES),
    ICEGATE_PIN_LOST(5, INTERNAL_ERROR),
    ICEGATE_WAL_COMMIT_FAILED(6, EXTERNAL),
    ICEGATE_OFFSETS_DISAGREE(7, EXTERNAL),
    ICEGATE_TABLE_NEEDS_UPKEEP(8, EXTERNAL),
    ICEGATE_UPKEEP_FAILED(9, EXTERNAL),
    /**/;

    private final ErrorCode errorCode;

    IceGateErrorCode(int code, ErrorType type)
    {
        errorCode = new ErrorCode(code + 0x0614_0000, name(), type);
    }

    @Override
    public ErrorCode toErrorCode()
    {
        return errorCode;
    }
}
