package io.icegate.trino;

import com.google.common.collect.ImmutableList;
import io.trino.plugin.base.session.SessionPropertiesProvider;
import io.trino.spi.connector.ConnectorSession;
import io.trino.spi.session.PropertyMetadata;

import java.util.List;

import static io.trino.spi.session.PropertyMetadata.booleanProperty;

/**
 * Per-query settings, beside those of Trino's Iceberg connector.
 */
final class IceGateSessionProperties
        implements SessionPropertiesProvider
{
    private static final String LIVE_ROWS = "live_rows";

    @Override
    public List<PropertyMetadata<?>> getSessionProperties()
    {
        return ImmutableList.of(booleanProperty(LIVE_ROWS, "Read rows that are durable but not yet committed to the table", true, false));
    }

    static boolean isLiveRows(ConnectorSession session)
    {
        return session.getProperty(LIVE_ROWS, Boolean.class);
    }
}
