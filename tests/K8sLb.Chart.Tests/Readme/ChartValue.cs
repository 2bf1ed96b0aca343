namespace K8sLb.Chart.Tests.Readme;

/// <summary>One value of the chart that can be set.</summary>
/// <param name="Name">As after --set: image.tag.</param>
/// <param name="Default">As values.yaml writes it.</param>
/// <param name="Meaning">The comment above it; empty where there is none.</param>
internal sealed record ChartValue(string Name, string Default, string Meaning);
