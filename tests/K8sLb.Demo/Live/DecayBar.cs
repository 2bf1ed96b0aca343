namespace K8sLb.Demo;

/// <summary>How much is left of a draining member's connections; of the others, their share beside the largest.</summary>
internal static class DecayBar
{
    private const int Width = 24;

    public static string Markup(MemberRow member, int largest) =>
        member.Drain is { Initial: > 0 } drain
            ? $"[yellow]{Bar(drain.Remaining, drain.Initial)}[/] {drain.Remaining}/{drain.Initial}"
            : $"[steelblue]{Bar(member.Connections, largest)}[/] {member.Connections}";

    private static string Bar(int count, int whole)
    {
        var filled = whole == 0 ? 0 : (int)Math.Ceiling((double)Width * Math.Min(count, whole) / whole);
        return new string('█', filled) + new string('░', Width - filled);
    }
}
