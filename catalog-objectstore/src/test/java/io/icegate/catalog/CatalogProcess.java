package io.icegate.catalog;

import io.icegate.catalog.log.CatalogEnvironment;
import io.icegate.catalog.log.CatalogLog;
import io.icegate.catalog.log.ChangeScope;
import io.icegate.catalog.log.LogFixture;
import io.icegate.warehouse.Warehouses;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static io.icegate.catalog.log.LogFixture.pointer;

/**
 * What runs in other processes for the tests.
 */
final class CatalogProcess
{
    private CatalogProcess() {}

    /**
     * Counts the property n of one table per thread.
     */
    static final class Race
    {
        private Race() {}

        public static void main(String[] arguments)
                throws Exception
        {
            String process = arguments[1];
            int threads = Integer.parseInt(arguments[2]);
            int commits = Integer.parseInt(arguments[3]);
            ObjectStoreCatalog catalog = new ObjectStoreCatalog();
            catalog.initialize("race", Map.of("warehouse", arguments[0]));
            ExecutorService executor = Executors.newFixedThreadPool(threads);
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                Table table = catalog.loadTable(TableIdentifier.of(LogFixture.NAMESPACE, process + "-" + thread));
                running.add(executor.submit(() -> {
                    for (int i = 1; i <= commits; i++) {
                        table.updateProperties().set("n", Integer.toString(i)).commit();
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
            executor.shutdown();
            catalog.close();
        }
    }

    /**
     * Moves two tables together until it is killed, and prints what was acknowledged.
     */
    static final class Counter
    {
        private Counter() {}

        public static void main(String[] arguments)
        {
            CatalogLog log = LogFixture.open(Warehouses.open(arguments[0], Map.of()).store(), CatalogEnvironment.system());
            for (int thread = 0; thread < 2; thread++) {
                String name = arguments[1] + "-" + thread;
                new Thread(() -> {
                    for (int i = 0; ; i++) {
                        String id = name + "-" + i;
                        log.commit(id, Optional.empty(), ChangeScope.MOVED, state -> List.of(pointer(state, 1, id), pointer(state, 2, id)));
                        System.out.println("ack " + id);
                    }
                }).start();
            }
        }
    }
}
