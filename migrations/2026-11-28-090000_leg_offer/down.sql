DROP TABLE leg_offer;
