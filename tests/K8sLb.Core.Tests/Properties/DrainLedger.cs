namespace K8sLb.Core.Tests.Properties;

/// <summary>Keeps account of drains by their events alone: each one that starts must end with a reason.</summary>
internal sealed class DrainLedger
{
    private static readonly string[] Endings = ["Drained", "DrainForced", "DrainCancelled", "DrainHeldBack", "Gone"];
    private readonly HashSet<string> open = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Open => open;

    /// <summary>A new operator without records starts a new account.</summary>
    public void Forget() => open.Clear();

    public void Book(PoolPlan plan)
    {
        foreach (var told in plan.Events)
        {
            if (Endings.Contains(told.Reason))
            {
                open.Remove(told.PodUid);
            }
            else if (told.Reason == "DrainStarted")
            {
                open.Add(told.PodUid).ShouldBeTrue($"{told.PodName}: a drain started inside another");
            }
        }
        var draining = plan
            .Members.Where(m => m.Record is { Drain: not null, Phase: MemberPhase.RampDown or MemberPhase.Draining })
            .Select(m => m.Record.Uid);
        open.Order(StringComparer.Ordinal)
            .ShouldBe(
                draining.Order(StringComparer.Ordinal),
                "the events and the records differ about which drains are open"
            );
    }
}
