package io.icegate.trino;

import com.google.inject.Binder;
import com.google.inject.Module;
import com.google.inject.Scopes;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.icegate.trino.catalog.IceGateCatalogModule;
import io.icegate.trino.config.Guards;
import io.icegate.trino.config.IceGateConfig;
import io.icegate.trino.config.IceGateSessionProperties;
import io.icegate.trino.live.HeldTables;
import io.icegate.trino.live.WalReads;
import io.icegate.trino.metadata.EachTable;
import io.icegate.trino.metadata.Findings;
import io.icegate.trino.metadata.TableStates;
import io.icegate.trino.metadata.UpkeepActions;
import io.icegate.trino.metadata.WriterStatuses;
import io.icegate.trino.procedure.CommitWalProcedure;
import io.icegate.trino.procedure.DoctorProcedure;
import io.icegate.trino.procedure.MaintainProcedure;
import io.icegate.trino.procedure.ReconcileWalProcedure;
import io.icegate.trino.upkeep.TableUpkeep;
import io.icegate.wal.SegmentCodec;
import io.trino.plugin.base.session.SessionPropertiesProvider;
import io.trino.plugin.iceberg.IcebergConfig;
import io.trino.spi.connector.SystemTable;
import io.trino.spi.procedure.Procedure;

import static com.google.inject.multibindings.Multibinder.newSetBinder;
import static io.airlift.configuration.ConfigBinder.configBinder;
import static java.util.Objects.requireNonNull;

/**
 * What the connector adds to Trino's Iceberg module.
 */
final class IceGateModule
        implements Module
{
    private static final String STORE_THREADS = "32";
    /**
     * Trino allows 100, which is less than the tenants of a day. Our writers are cheap until they write.
     */
    private static final int PARTITIONS_PER_WRITER_MAX = 2_000;

    private final Guards guards;
    private final SegmentCodec codec;

    IceGateModule(Guards guards, SegmentCodec codec)
    {
        this.guards = requireNonNull(guards, "guards is null");
        this.codec = requireNonNull(codec, "codec is null");
    }

    @Override
    public void configure(Binder binder)
    {
        configBinder(binder).bindConfig(IceGateConfig.class);
        // these threads wait for the store: a few for each core, as Trino has it, would read the footers of new segments one after the other
        configBinder(binder).bindConfigDefaults(IcebergConfig.class, config -> config
                .setSplitManagerThreads(STORE_THREADS)
                .setPlanningThreads(STORE_THREADS)
                .setMaxPartitionsPerWriter(PARTITIONS_PER_WRITER_MAX));
        binder.bind(Guards.class).toInstance(guards);
        binder.bind(SegmentCodec.class).toInstance(codec);
        binder.bind(WalReads.class).in(Scopes.SINGLETON);
        binder.bind(HeldTables.class).in(Scopes.SINGLETON);
        newSetBinder(binder, SessionPropertiesProvider.class).addBinding().to(IceGateSessionProperties.class).in(Scopes.SINGLETON);
        binder.bind(CommitWalProcedure.class).in(Scopes.SINGLETON);
        binder.bind(ReconcileWalProcedure.class).in(Scopes.SINGLETON);
        binder.bind(TableUpkeep.class).in(Scopes.SINGLETON);
        binder.bind(DoctorProcedure.class).in(Scopes.SINGLETON);
        binder.bind(MaintainProcedure.class).in(Scopes.SINGLETON);
        binder.bind(EachTable.class).in(Scopes.SINGLETON);
        newSetBinder(binder, SystemTable.class).addBinding().to(TableStates.class).in(Scopes.SINGLETON);
        newSetBinder(binder, SystemTable.class).addBinding().to(WriterStatuses.class).in(Scopes.SINGLETON);
        newSetBinder(binder, SystemTable.class).addBinding().to(Findings.class).in(Scopes.SINGLETON);
        newSetBinder(binder, SystemTable.class).addBinding().to(UpkeepActions.class).in(Scopes.SINGLETON);
        binder.install(new IceGateCatalogModule());
    }

    @ProvidesIntoSet
    static Procedure commitWal(CommitWalProcedure procedure)
    {
        return procedure.procedure();
    }

    @ProvidesIntoSet
    static Procedure reconcileWal(ReconcileWalProcedure procedure)
    {
        return procedure.procedure();
    }

    @ProvidesIntoSet
    static Procedure doctor(DoctorProcedure procedure)
    {
        return procedure.procedure();
    }

    @ProvidesIntoSet
    static Procedure maintain(MaintainProcedure procedure)
    {
        return procedure.procedure();
    }
}
