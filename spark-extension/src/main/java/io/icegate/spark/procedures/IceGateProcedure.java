package io.icegate.spark.procedures;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.catalog.procedures.BoundProcedure;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;
import org.apache.spark.sql.connector.read.LocalScan;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.types.StructType;

import java.util.Iterator;
import java.util.List;

/**
 * A procedure of the {@code system} namespace: what it takes, what it answers and what it does.
 */
public interface IceGateProcedure
{
    String name();

    String description();

    /**
     * Required parameters first.
     */
    List<ProcedureParameter> parameters();

    StructType output();

    /**
     * Does the work, once per CALL.
     *
     * @param arguments one value per parameter, defaults filled in
     * @throws IllegalArgumentException when an argument is wrong; names the parameter
     */
    List<InternalRow> run(InternalRow arguments);

    /**
     * This procedure as Spark wants it.
     */
    default UnboundProcedure unbound()
    {
        return new SparkProcedure(this);
    }

    /**
     * There is nothing to bind: no procedure has overloads.
     */
    record SparkProcedure(IceGateProcedure procedure)
            implements UnboundProcedure, BoundProcedure
    {
        @Override
        public String name()
        {
            return procedure.name();
        }

        @Override
        public String description()
        {
            return procedure.description();
        }

        @Override
        public ProcedureParameter[] parameters()
        {
            return procedure.parameters().toArray(ProcedureParameter[]::new);
        }

        @Override
        public boolean isDeterministic()
        {
            return false;
        }

        @Override
        public BoundProcedure bind(StructType inputType)
        {
            return this;
        }

        @Override
        public Iterator<Scan> call(InternalRow arguments)
        {
            InternalRow[] rows = Refusals.clean(() -> procedure.run(arguments)).toArray(InternalRow[]::new);
            return List.<Scan>of(new Rows(procedure.output(), rows)).iterator();
        }
    }

    /**
     * An answer that is in memory already.
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    record Rows(StructType readSchema, InternalRow[] rows)
            implements LocalScan {}
}
