namespace K8sLb.Operator.Pools;

/// <summary>The term under way; null while another replica leads, or nobody.</summary>
internal sealed class Leading
{
    private volatile PoolTerm? term;

    public PoolTerm? Term
    {
        get => term;
        set => term = value;
    }
}
