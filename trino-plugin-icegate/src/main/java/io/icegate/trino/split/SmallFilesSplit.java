package io.icegate.trino.split;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.google.common.collect.ImmutableList;
import io.trino.plugin.iceberg.IcebergSplit;
import io.trino.spi.SplitWeight;
import io.trino.spi.connector.ConnectorSplit;

import java.util.List;

import static com.google.common.base.Preconditions.checkArgument;
import static io.airlift.slice.SizeOf.estimatedSizeOf;
import static io.airlift.slice.SizeOf.instanceSize;

/**
 * Files, or small pieces of large ones, which are read one after the other.
 */
public record SmallFilesSplit(List<IcebergSplit> files)
        implements ConnectorSplit
{
    private static final int INSTANCE_SIZE = instanceSize(SmallFilesSplit.class);

    public SmallFilesSplit
    {
        files = ImmutableList.copyOf(files);
        checkArgument(!files.isEmpty(), "files is empty");
    }

    @Override
    @JsonIgnore
    public SplitWeight getSplitWeight()
    {
        long sum = SplitWeight.rawValueSum(files, IcebergSplit::splitWeight);
        return SplitWeight.fromProportion(Math.min(1.0, (double) sum / SplitWeight.standard().getRawValue()));
    }

    @Override
    @JsonIgnore
    public long getRetainedSizeInBytes()
    {
        return INSTANCE_SIZE + estimatedSizeOf(files, IcebergSplit::getRetainedSizeInBytes);
    }
}
