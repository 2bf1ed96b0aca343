using K8sLb.Core.Balancing;

namespace K8sLb.Core.Tests.Balancing;

public sealed class DeletionCostsTests
{
    [Theory]
    [InlineData(null, 0, false)]
    [InlineData(null, 1, true)]
    [InlineData(1, 0, true)]
    [InlineData(0, 1, true)]
    [InlineData(4, 5, false)]
    [InlineData(4, 6, true)]
    [InlineData(100, 119, false)]
    [InlineData(100, 130, true)]
    [InlineData(100, 75, true)]
    [InlineData(-2147483648, 2147483647, true)]
    public void A_cost_is_written_where_it_can_change_the_order_of_pods(int? written, int connections, bool due) =>
        (DeletionCosts.Due([new("uid", "a", written, connections)]).Count == 1).ShouldBe(due);
}
