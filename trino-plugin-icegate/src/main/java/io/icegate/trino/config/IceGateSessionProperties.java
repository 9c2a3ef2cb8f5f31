package io.icegate.trino.config;

import com.google.common.collect.ImmutableList;
import com.google.inject.Inject;
import io.trino.plugin.base.session.SessionPropertiesProvider;
import io.trino.spi.TrinoException;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.session.PropertyMetadata;

import java.util.List;

import static io.trino.spi.StandardErrorCode.INVALID_SESSION_PROPERTY;
import static io.trino.spi.session.PropertyMetadata.booleanProperty;

/**
 * Per-query settings, beside those of Trino's Iceberg connector.
 */
public final class IceGateSessionProperties
        implements SessionPropertiesProvider
{
    private static final String LIVE_ROWS = "live_rows";
    private static final String SKIP_CORRUPT_SEGMENTS = "skip_corrupt_segments";
    private static final String FILTER_TIMES = "filter_times";

    private final List<PropertyMetadata<?>> properties;

    @Inject
    IceGateSessionProperties(IceGateConfig config)
    {
        boolean isPast = !config.catalogPin().isEmpty();
        properties = ImmutableList.of(
                // what waits now lies behind the newest state, not behind an earlier one
                booleanProperty(LIVE_ROWS, "Read rows that are durable but not yet committed to the table", !isPast, live -> verifyLive(live, isPast), false),
                booleanProperty(SKIP_CORRUPT_SEGMENTS, "Leave out what a writer stored from a corrupt segment on, instead of failing", config.isSkipCorruptSegments(), false),
                booleanProperty(FILTER_TIMES, "Apply conditions on time columns while files are read, not by code that is made for the query", true, false));
    }

    private static void verifyLive(boolean live, boolean isPast)
    {
        if (live && isPast) {
            throw new TrinoException(INVALID_SESSION_PROPERTY, "%s cannot be true: this catalog shows the warehouse as it was".formatted(LIVE_ROWS));
        }
    }

    @Override
    public List<PropertyMetadata<?>> getSessionProperties()
    {
        return properties;
    }

    public static boolean isLiveRows(ConnectorSession session)
    {
        return session.getProperty(LIVE_ROWS, Boolean.class);
    }

    public static boolean isSkipCorruptSegments(ConnectorSession session)
    {
        return session.getProperty(SKIP_CORRUPT_SEGMENTS, Boolean.class);
    }

    public static boolean isFilterTimes(ConnectorSession session)
    {
        return session.getProperty(FILTER_TIMES, Boolean.class);
    }
}
