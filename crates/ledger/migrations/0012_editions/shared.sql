-- Which edition of the register of postcodes said where this one is; none for what was read before editions were kept.
ALTER TABLE postcode ADD COLUMN edition TEXT REFERENCES reference_edition (id);
