package io.icegate.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which measurements {@code ingest} takes. All combinations are {@link #full}, which takes hours; {@link #usual} changes one thing
 * at a time.
 */
record IngestSelection(List<Payload> payloads, List<Integer> records, List<IngestStore> stores, List<Integer> clients, List<Protocol> protocols)
{
    private static final List<Integer> RECORDS = List.of(10, 100, 1_000, 8_000);
    private static final List<IngestStore> STORES = List.of(s3(0), s3(5), s3(60));
    private static final List<Integer> CLIENTS = List.of(1, 8, 32);
    private static final List<Protocol> PROTOCOLS = List.of(Protocol.HTTP, Protocol.GRPC);
    private static final int USUAL_RECORDS = 1_000;
    private static final int USUAL_CLIENTS = 8;

    IngestSelection
    {
        payloads = List.copyOf(payloads);
        records = List.copyOf(records);
        stores = List.copyOf(stores);
        clients = List.copyOf(clients);
        protocols = List.copyOf(protocols);
    }

    /**
     * All combinations, where what was chosen by hand replaces the matrix.
     */
    static IngestSelection full(List<Payload> payloads, Optional<List<Integer>> records, Optional<List<IngestStore>> stores, Optional<List<Integer>> clients, Optional<List<Protocol>> protocols)
    {
        return new IngestSelection(payloads, records.orElse(RECORDS), stores.orElse(STORES), clients.orElse(CLIENTS), protocols.orElse(PROTOCOLS));
    }

    /**
     * All combinations of what was chosen by hand, and what is usual for the rest.
     */
    static IngestSelection chosen(List<Payload> payloads, Optional<List<Integer>> records, Optional<List<IngestStore>> stores, Optional<List<Integer>> clients, Optional<List<Protocol>> protocols)
    {
        return new IngestSelection(payloads, records.orElse(List.of(USUAL_RECORDS)), stores.orElse(List.of(s3(0))), clients.orElse(List.of(USUAL_CLIENTS)), protocols.orElse(List.of(Protocol.HTTP)));
    }

    /**
     * The usual measurement of each signal, and of the first signal also with one thing changed.
     */
    static List<IngestCell> usual(List<Payload> payloads)
    {
        Payload first = payloads.getFirst();
        Set<IngestCell> cells = new LinkedHashSet<>();
        payloads.forEach(payload -> cells.add(usual(payload)));
        RECORDS.forEach(count -> cells.add(new IngestCell(first, count, s3(0), USUAL_CLIENTS, Protocol.HTTP)));
        CLIENTS.forEach(count -> cells.add(new IngestCell(first, USUAL_RECORDS, s3(0), count, Protocol.HTTP)));
        PROTOCOLS.forEach(protocol -> cells.add(new IngestCell(first, USUAL_RECORDS, s3(0), USUAL_CLIENTS, protocol)));
        STORES.forEach(store -> cells.add(new IngestCell(first, USUAL_RECORDS, store, USUAL_CLIENTS, Protocol.HTTP)));
        return List.copyOf(cells);
    }

    static IngestCell usual(Payload payload)
    {
        return new IngestCell(payload, USUAL_RECORDS, s3(0), USUAL_CLIENTS, Protocol.HTTP);
    }

    /**
     * Measurements with the same requests come one after the other.
     */
    List<IngestCell> cells()
    {
        List<IngestCell> cells = new ArrayList<>();
        for (Payload payload : payloads) {
            for (int count : records) {
                for (IngestStore store : stores) {
                    for (int clientCount : clients) {
                        for (Protocol protocol : protocols) {
                            cells.add(new IngestCell(payload, count, store, clientCount, protocol));
                        }
                    }
                }
            }
        }
        return cells;
    }

    private static IngestStore s3(long putMillis)
    {
        return IngestStore.s3(Duration.ofMillis(putMillis));
    }
}
