namespace K8sLb.Core.Balancing;

/// <summary>What a member has done since its sidecar's process started.</summary>
/// <param name="Served">Requests that were answered, or got no answer.</param>
/// <param name="Failed">Those of them that failed.</param>
/// <param name="Busy">The time that answers took, all together: its growth in a second is the mean of what was under way.</param>
public sealed record LoadFigures(string Uid, long Served, long Failed, TimeSpan Busy);

/// <summary>What a member's reports have made of its weight, and the figures that the next step is measured from.</summary>
/// <param name="KnownSince">When its figures were first heard.</param>
/// <param name="At">Of <paramref name="Figures"/>.</param>
/// <param name="Factor">Times its weight; 1 changes nothing.</param>
public sealed record ReportedLoad(LoadFigures Figures, DateTimeOffset KnownSince, DateTimeOffset At, double Factor = 1);
