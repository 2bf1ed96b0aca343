namespace K8sLb.Sidecar.Tests.Fixtures;

/// <summary>What clients take for the members of the Service: as with kube-proxy, it lags behind.</summary>
internal sealed class StaleEndpoints(IEnumerable<TestMember> members)
{
    private TestMember[] now = [.. members];

    public TestMember Any(Random random)
    {
        var seen = Volatile.Read(ref now);
        return seen[random.Next(seen.Length)];
    }

    public void Add(TestMember member) => Volatile.Write(ref now, [.. Volatile.Read(ref now), member]);

    public void Remove(TestMember member) =>
        Volatile.Write(ref now, [.. Volatile.Read(ref now).Where(m => m != member)]);
}
