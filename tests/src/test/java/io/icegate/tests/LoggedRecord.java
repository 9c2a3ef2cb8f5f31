package io.icegate.tests;

import io.icegate.standalone.telemetry.LoggingApplication;
import io.icegate.standalone.telemetry.OtlpTarget;
import io.icegate.standalone.telemetry.Protocol;
import io.icegate.standalone.telemetry.SdkExportCounts;
import org.slf4j.event.Level;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What a log line says, as it went into the SDK and as it comes out of SQL.
 */
record LoggedRecord(String service, int severity, String body, String attribute)
{
    private static final int INFO = 9;
    private static final int WARN = 13;

    /**
     * Logs records that differ from each other, half of them over gRPC and half over HTTP, and waits until all are acknowledged.
     *
     * @param round makes them differ from those of other rounds
     */
    static List<LoggedRecord> log(OtlpTarget target, SdkExportCounts counts, String round, int records)
    {
        List<LoggedRecord> logged = new ArrayList<>();
        try (LoggingApplication grpc = LoggingApplication.batching("grpc-service", target, Protocol.GRPC, counts);
                LoggingApplication http = LoggingApplication.batching("http-service", target, Protocol.HTTP_GZIP, counts)) {
            for (int index = 0; index < records; index++) {
                boolean even = index % 2 == 0;
                String body = "record %s of %s: späte Grüße ❄".formatted(index, round);
                (even ? grpc : http).logger().atLevel(index % 3 == 0 ? Level.WARN : Level.INFO)
                        .addKeyValue("index", (long) index)
                        .log(body);
                logged.add(new LoggedRecord(even ? "grpc-service" : "http-service", index % 3 == 0 ? WARN : INFO, body, Integer.toString(index)));
            }
            grpc.flush();
            http.flush();
        }
        return logged;
    }

    static List<LoggedRecord> read(Connection connection)
            throws SQLException
    {
        List<LoggedRecord> records = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT service_name, severity_number, body, element_at(attributes, 'index') FROM logs")) {
            while (rows.next()) {
                records.add(new LoggedRecord(rows.getString(1), rows.getInt(2), rows.getString(3), rows.getString(4)));
            }
        }
        return records;
    }
}
