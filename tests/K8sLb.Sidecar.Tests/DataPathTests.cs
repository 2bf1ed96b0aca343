using K8sLb.Protocol;
using K8sLb.Sidecar.Tests.Fixtures;

namespace K8sLb.Sidecar.Tests;

/// <summary>Behaviour that both data paths share: each class of tests is run through each of them.</summary>
public abstract class DataPathTests(PortMode mode)
{
    private protected PortMode Mode => mode;

    private protected Task<TestPool> PoolAsync(int members = 1, Func<PoolPolicy, PoolPolicy>? policy = null) =>
        TestMember.PoolAsync(members, policy, mode);
}
